/** A stack through `yield*` has two lines a frame: ten lines would end inside the kernel. */
Error.stackTraceLimit = 30;
