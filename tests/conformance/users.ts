// Who makes the calls, as a step has it before its call. Root is who is not named.

/** To whom files are given. */
export const OWNER = '@65534:65534';
/** Neither the owner nor in the owner's group. */
export const STRANGER = '@65533:65533';
/** In the owner's group. */
export const MEMBER = '@65533:65534';
/** The owner in root's group, with no file of the group's. */
export const IN_ROOT_GROUP = '@65534:0';
/** The owner, in two other groups. */
export const IN_TWO_GROUPS = '@65534:65532,65531';
