/** HTML that wants more than to be read: what the sanitiser is held against. */
const VALUES = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example/x", "https://evil.example/x", "&#106;avascript:alert(1)", " javascript:alert(1)", "\u0001javascript:alert(1)"];
const HANDLERS = ["onerror", "onload", "onclick", "onfocus", "onanimationstart", "ontoggle", "onpointerover"];
const TAGS = ["img", "svg", "math", "iframe", "object", "embed", "video", "audio", "input", "form", "button", "details", "body", "marquee", "template", "style", "link", "meta", "base", "select", "textarea", "title", "noscript", "xmp", "x-custom"];

export const PAYLOADS: string[] = [
  ...VALUES.flatMap((value) => [`<a href="${value}">x</a>`, `<a href='${value}' rel="noopener">x</a>`, `<a xlink:href="${value}">x</a>`, `<img src="${value}">`, `<form action="${value}"><button>x</button></form>`, `<table background="${value}"><tr><td>x</td></tr></table>`]),
  ...TAGS.flatMap((tag) => [`<${tag}>x</${tag}>`, `<${tag} src=x onerror=alert(1)>`, `<p>a<${tag} style="x:y" id=a class=b>b</${tag}>c</p>`, `<${tag}><p>inner</p><script>alert(1)</script></${tag}>`]),
  ...HANDLERS.flatMap((handler) => [`<p ${handler}=alert(1)>x</p>`, `<a href="https://shop.example/" ${handler}="alert(1)">x</a>`, `<b ${handler.toUpperCase()}=alert(1)>x</b>`]),
  "<script>alert(1)</script>", "<scr<script>ipt>alert(1)</script>", "<svg><script>alert(1)</script></svg>", "<svg/onload=alert(1)>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<p><b>bold <i>italic</b> text</i>", "<ul><li>a<li>b</ul>", "<ol start=3><li>c</ol>", "<ol start=\"x onclick=\"><li>c</ol>",
  "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>", "<table><tr><td>no body</td></tr></table>",
  "<table><caption>c</caption><colgroup><col></colgroup><tfoot><tr><td>f</td></tr></tfoot></table>", "<td>lost cell</td>",
  "<p>text <!-- comment --> more</p>", "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<img src=x onerror=alert(1)>]]>", "<?php x ?>", "<!DOCTYPE html><p>x",
  "plain", "", " leading", "\n<p>x</p>", "a &amp; b &lt;i&gt;", "<p>unclosed", "</p>closed", "<p/>", "<br/><br>", "<h1>h</h1><h3>h</h3>",
  "<a href=\"https://shop.example/\" target=_blank ping=https://evil.example download>x</a>", "<a>no address</a>", "<a name=body>x</a><a id=forms>x</a>",
  "<form id=x><input name=attributes><input name=parentNode></form>", "<form><input name=nodeName></form>", "<div><div><div>deep <em>em</em></div></div></div>",
  "<p is=x-y>x</p>", "<x-y is=\"a\">x</x-y>", "<annotation-xml encoding=text/html><p>x</p></annotation-xml>", "<p data-a=b aria-label=c role=d>x</p>",
  "<p dir=rtl lang=ru>x</p>", "<code><img src=x></code>", "<pre>\n<b>x</b></pre>", "<blockquote cite=javascript:x>x</blockquote>", "<del datetime=x cite=javascript:x>x</del>",
  "<template><img src=x onerror=alert(1)></template>", "<template shadowrootmode=open><img src=x onerror=alert(1)></template>", "<p><template><p>x</p></template></p>",
  "{{constructor.constructor('alert(1)')()}}", "${alert(1)}", "<% x %>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "<plaintext><img src=x onerror=alert(1)>",
  "<listing>&lt;img onerror=alert(1) src=x&gt;</listing>", "<isindex action=javascript:alert(1)>", "<p patchsrc=x for=y>x</p>", "<label for=x>y</label>",
];
