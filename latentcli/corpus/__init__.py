"""Text in, ids out: documents, readers, tokenizers, vocabulary and the encoded corpus."""
