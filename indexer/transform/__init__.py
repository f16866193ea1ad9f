"""A SourceRecord made into what is shown, searched and embedded. Pure: values in, values out.

Reading order: `product` (the whole transformation on one screen), then what it uses: `markup` and `text` (HTML to
plain text, cuts at sentences), `names`, `attributes` with `labels`, `prices`, `links`, `chunk` (the embedded text).
"""
