"""What shoppers type otherwise than a catalogue writes it: `layout` and `transliteration` for words, `measures` for
quantities. Each gives other spellings of a question; none asks the index."""
