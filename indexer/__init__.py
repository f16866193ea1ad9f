"""The indexer: a native Magento index in, a RAG index behind an alias out.

Reading order: `cli` (the commands), `wiring` (settings in, concrete classes out), `pipeline` (a whole run on one
screen), `records` (what the stages hand on), then the stages: `extract` (native index to records), `transform`
(record to document, pure), `embed` (texts to vectors), `load` (documents in, verdict, swap); `report` counts what
happened.
"""
