-- A sketch of an entry's words, by which most others are told from it without its text. NULL: the text is read.
ALTER TABLE entries ADD COLUMN sketch BLOB;
