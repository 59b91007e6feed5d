"""What Byline knows of English: words, sentences, quantities, dates, names, quotations, outlets."""
