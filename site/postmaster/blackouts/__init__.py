"""When and on which mail paths batches hold or notice days do not count, each with its source."""
