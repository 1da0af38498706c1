export { hashFile } from './hash-file';
export { ParquetReader, type RowGroupFacts } from './parquet/reader';
export { ParquetWriter, type ParquetFileFacts, type ParquetWriterOptions } from './parquet/writer';
export { localPartStore, type Leftover, type LocalPartStoreOptions, type PartStore } from './part-store';
