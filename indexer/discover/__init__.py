"""`vitrina-indexer discover`: which native indices there are, and the two files a first run starts from.

Reading order: `survey` (what is asked of the cluster), `look` (one index), `findings` (what came of it), `language`
(a guess at the locale), `files` (stores.toml and attributes.toml). Nothing on the cluster is changed.
"""
