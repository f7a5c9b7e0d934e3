/**
 * Every struct of the FUSE protocol, 7.45, each as a value (its codec) and a type (what it describes).
 * Names of structs and fields are those of Linux's include/uapi/linux/fuse.h. Padding and spare fields are no part of
 * the values.
 */
export * from './structs-attributes.ts';
export * from './structs-files.ts';
export * from './structs-names.ts';
export * from './structs-session.ts';
