"""A native Magento index, read once and to the last document.

Reading order: `opensearch` (the source: resolve, pin, read), `resolve` (name to one concrete index), `dialect` (who
wrote it), `fields` (the allow-list and the field map), `slices` and `point_in_time` (exact paging), `magento` (a hit
to a SourceRecord), with `core`, `elasticsuite`, `enrichment` and `values` below it; `errors`.
"""
