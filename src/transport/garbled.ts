/** The other side sent what cannot be a message; nothing that follows can be trusted either. */
export class Garbled extends Error {
  override readonly name = 'Garbled';
}
