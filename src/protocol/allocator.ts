/**
 * Environment of a kernel's process. ONNX Runtime gives each step's weights and optimizer slots in fresh memory; glibc takes pieces
 * above 128 KiB from the system and gives them back each time, page fault by page fault, which cost 140 to 220 ms for 33 MB
 * where 10 ms are enough. Pieces up to 256 MiB are kept for the next step instead. Other C libraries ignore these variables.
 */
export const allocatorEnvironment = {
  MALLOC_MMAP_THRESHOLD_: String(256 << 20),
  MALLOC_TRIM_THRESHOLD_: String(512 << 20),
} as const;
