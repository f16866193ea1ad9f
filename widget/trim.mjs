/** What the bundle leaves out of its libraries: whole they are 29 of the 30 kB that shops were promised.
 *
 * Each is worked out in advance for the one way `markdown.ts` calls it. Options that it gives, or leaves at their
 * default, become their values, so that the minifier drops what they switch off; of DOMPurify's allow-lists, in place of
 * which we give a short one, an empty one is left, which only allows less; of marked goes what reads HTML, reference
 * links and old dialects. Each cut names what it takes; where a new version has it no more the build stops.
 * `tests/trim.test.ts` holds what is left against the libraries as they are.
 */

const PURIFY_LISTS = [
  "html$1",
  "svg$1",
  "svgFilters",
  "svgDisallowed",
  "mathMl$1",
  "mathMlDisallowed",
  "html",
  "svg",
  "mathMl",
  "xml",
];

const PURIFY_OPTIONS = {
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  ALLOW_SELF_CLOSE_IN_ATTR: true,
  SAFE_FOR_TEMPLATES: false,
  SAFE_FOR_XML: true,
  WHOLE_DOCUMENT: false,
  FORCE_BODY: false,
  RETURN_DOM: true,
  RETURN_DOM_FRAGMENT: true,
  RETURN_TRUSTED_TYPE: false,
  SANITIZE_DOM: true,
  SANITIZE_NAMED_PROPS: false,
  KEEP_CONTENT: true,
  IN_PLACE: false,
  SET_CONFIG: false,
  USE_PROFILES: false,
};

const escaped = (text) => text.replace(/\$/g, "\\$&");

const CUTS = {
  "dompurify/dist/purify.es.mjs": [
    // A leftover of its build that nothing uses.
    [/function AsyncGenerator\(e\)[^]*?(?=const entries =)/, ""],
    [
      /const _ref2 of entries\(object\)\) \{\s*var _ref3 = _slicedToArray\(_ref2, 2\);/,
      "const _ref3 of entries(object)) {",
    ],
    ...PURIFY_LISTS.map((name) => [
      new RegExp(`const ${escaped(name)} = freeze\\(\\[[^\\]]*\\]\\);`),
      `const ${name} = [];`,
    ]),
    [/if \(SAFE_FOR_TEMPLATES\) ALLOW_DATA_ATTR = false;\s*if \(RETURN_DOM_FRAGMENT\) RETURN_DOM = true;/, ""],
    [/SET_CONFIG = true;/, ""],
    [/SET_CONFIG = false;(?=\s*SET_CONFIG_ALLOWED_TAGS = null)/, ""],
    ...Object.entries(PURIFY_OPTIONS).flatMap(([name, value]) => [
      [new RegExp(`let ${name} = (?:true|false);`), ""],
      ...(name === "SET_CONFIG" ? [] : [[new RegExp(`\\t${name} = (?:cfg|objectHasOwnProperty\\(cfg)[^;]*;`), ""]]),
      [new RegExp(`(?<![.\\w"])${name}\\b(?!["\\w])`, "g"), String(value)],
    ]),
    // No hooks, no configuration kept, no attributes asked about.
    [/DOMPurify\.setConfig = function[^]*?(?=return DOMPurify;\s*\}\s*var purify_default)/, ""],
    [/\t_executeHooks\([^;{}]*(?:\{[^{}]*\}\))?;/g, ";"],
    [/if \(IN_TRUSTED_TYPES_POLICY > 0\) throw.*/, ""],
    // A string is sanitised, never nodes; no custom elements are let through, and no attributes that these lists name.
    [/if \(typeof dirty !== "string" && !_isNode\(dirty\)\) \{[^]*?\n\t\t\}/, ""],
    [/\} else if \(_isNode\(dirty\)\) \{[^]*?(?=\} else \{\n)/, ""],
    [/_isBasicCustomElement\((?:tagName|lcTag)\) &&/g, "false &&"],
    [
      /const (DEFAULT_DATA_URI_TAGS|DEFAULT_URI_SAFE_ATTRIBUTES) = addToSet\(\{\}, \[[^\]]*\]\);/g,
      "const $1 = create(null);",
    ],
    [/const RESERVED_CUSTOM_ELEMENT_NAMES = [^;]*;/, ""],
    [/const _isBasicCustomElement = [^]*?\n\t\};/, ""],
    [/const customElementHandling = [^]*?seal\(CUSTOM_ELEMENT_HANDLING\);/, ""],
    [/let CUSTOM_ELEMENT_HANDLING = null;/, ""],
    [/_matchesNameCheck\(CUSTOM_ELEMENT_HANDLING\.tagNameCheck/g, "false && _matchesNameCheck(null"],
    [/CUSTOM_ELEMENT_HANDLING\.\w+/g, "null"],
    [/EXTRA_ELEMENT_HANDLING\.(?:tagCheck|attributeCheck) = null;/g, ""],
    [/const EXTRA_ELEMENT_HANDLING = [^;]*;/, ""],
    [/if \(objectHasOwnProperty\(cfg, "ADD_TAGS"\)\) \{[^]*?(?=if \(true\) ALLOWED_TAGS\["#text"\])/, ""],
    [/EXTRA_ELEMENT_HANDLING\.(?:tagCheck|attributeCheck) instanceof Function/g, "false"],
    [/(FORBID_CONTENTS|DATA_URI_TAGS) = _resolveSetOption\([^;]*;/g, "$1 = DEFAULT_$1;"],
    [/(FORBID_TAGS|FORBID_ATTR) = _resolveSetOption\([^;]*;/g, "$1 = create(null);"],
    [/URI_SAFE_ATTRIBUTES = _resolveSetOption\([^;]*;/, "URI_SAFE_ATTRIBUTES = DEFAULT_URI_SAFE_ATTRIBUTES;"],
    // Elements of HTML alone, within such.
    [/ALLOWED_NAMESPACES = _resolveSetOption\([^;]*;/, "ALLOWED_NAMESPACES = DEFAULT_ALLOWED_NAMESPACES;"],
    [/\t\tMATHML_NAMESPACE,\s*SVG_NAMESPACE,\s*HTML_NAMESPACE\s*\], stringToString/, "HTML_NAMESPACE], stringToString"],
    [/if \(elementNamespace === SVG_NAMESPACE\)[^;]*;\s*if \(elementNamespace === MATHML_NAMESPACE\)[^;]*;/, ""],
    [/return _checkHtmlNamespace\([^;]*;/, "return parentNamespace === HTML_NAMESPACE;"],
    [/NAMESPACE = typeof cfg\.NAMESPACE[^;]*;/, ""],
    [/(?:MATHML_TEXT|HTML)_INTEGRATION_POINTS = _resolveObjectOption\([^;]*;/g, ""],
    [/let (PARSER_MEDIA_TYPE|transformCaseFunc) = null;/g, ""],
    [/PARSER_MEDIA_TYPE = SUPPORTED[^;]*;\s*transformCaseFunc = [^;]*;/, ""],
    [/(?<=dirtyPayload, )PARSER_MEDIA_TYPE/, "DEFAULT_PARSER_MEDIA_TYPE"],
    [/PARSER_MEDIA_TYPE === "application\/xhtml\+xml"/g, "false"],
    [/(?<!let )\btransformCaseFunc\b(?! = )/g, "stringToLowerCase"],
    [/if \(cfg\.TRUSTED_TYPES_POLICY\) \{[^]*?\} else \{(?=\s*if \(trustedTypesPolicy === void 0\))/, "{"],
  ],
  "eventsource-parser/dist/parse.js": [
    // Of what a stream can hold only its data is listened to.
    [
      /const \{ maxBufferSize, onComment, onError, onEvent, onId, onRetry \} = config;/,
      "const { onEvent } = config, maxBufferSize = undefined, onComment = undefined, onError = undefined, onId = undefined, onRetry = undefined;",
    ],
  ],
  "marked/lib/marked.esm.js": [
    [/var I=class[^]*export\{.*?\};/, "export{w as Lexer};"],
    [/this\.options\.pedantic/g, "false"],
    [/this\.options\.(?:gfm|breaks)/g, "true"],
    [/this\.options\.extensions\?\.\w+/g, "false"],
    [/if\(false\?\.some[^]*?continue;/g, ""],
    [/this\.options\.hooks/g, "null"],
    // Raw HTML is read as text: neither its blocks nor its tags are looked for.
    [/html\(e\)\{let t=this\.rules\.block\.html[^]*?(?=def\(e\)\{)/, ""],
    [/if\(a=this\.tokenizer\.html\(e\)\)\{[^]*?continue\}/, ""],
    [/tag\(e\)\{if\(e\.charCodeAt[^]*?(?=link\(e\)\{)/, ""],
    [/if\(i=this\.tokenizer\.tag\(e\)\)\{[^]*?continue\}/, ""],
    [/,he="address[^]*?(?=,\$e=)/, ",J=/(?!)/"],
    [/htmlBeginRegex:D\(.*?"i"\)\)/, "htmlBeginRegex:()=>/(?!)/"],
    [/,ke=\/<!--[^]*?(?=,Ce=)/, ""],
    [/html:Ve,/, ""],
    [/,\$t=g\(ke\)[^]*?(?=,Me=)/, ""],
    [/tag:Lt,/, "tag:q,"],
    // Nor are links by reference.
    [/def\(e\)\{let t=this\.rules\.block\.def[^]*?(?=table\(e\)\{)/, ""],
    [/if\(a=this\.tokenizer\.def\(e\)\)\{[^]*?continue\}/, ""],
    [/reflink\(e,t\)\{[^]*?(?=emStrong\(e)/, ""],
    [/if\(i=this\.tokenizer\.reflink\([^]*?continue\}/, ""],
    [/,Ke=g\([^]*?(?=,Xe=)/, ""],
    [/def:Ke,/, ""],
    [/,It=g\([^]*?(?=,Se=)/, ""],
    [/nolink:At,/, ""],
    [/reflink:It,reflinkSearch:zt,/, ""],
    [/linkInText\(e\)\{[^]*?(?=inlineTokens\(e)/, ""],
    [
      /if\(this\.tokens\.links&&e\.includes\("\["\)\)\{[^]*?\}(?=return t=t\.replace\(this\.tokenizer\.rules\.inline\.anyPunct)/,
      "",
    ],
    // Nor boxes to tick, nor which way a table's cells lean.
    [
      /let d=\[\];for\(let h of i\.items\)if\(this\.lexer\.state\.top=!1,d\.push\(this\.lexer\.inlineQueue\.length\),/,
      "for(let h of i.items)if(this.lexer.state.top=!1,",
    ],
    [/for\(let h=0;h<i\.items\.length;h\+\+\)\{let p=i\.items\[h\],k=p\.tokens\[0\];[^]*?(?=if\(i\.loose\)for)/, ""],
    [/task:!!true&&this\.rules\.other\.listIsTask\.test\(p\),/, ""],
    [/for\(let i of r\)this\.rules\.other\.tableAlignRight[^]*?o\.align\.push\(null\);/, ""],
    [/listIsTask:[^]*?(?=anyLine:)/, ""],
    [/tableAlignRight:[^]*?(?=startAngleBracket:)/, ""],
    [/pedanticHrefTitle:[^]*?(?=unicodeAlphaNumeric:)/, ""],
    [/escapeTest:[^]*?(?=caret:)/, ""],
    [/function y\(l,e\)\{[^]*?(?=function De)/, ""],
    // The rules of dialects that are not ours.
    [/,nt=\{\.\.\.fe,html[^]*?\.getRegex\(\)\}(?=,rt=)/, ""],
    [/,Dt=\{\.\.\.me,[^]*?\.getRegex\(\)\}(?=,pe=)/, ""],
    [/pedantic:nt\}/, "}"],
    [/pedantic:Dt\}/, "}"],
    [/,dt=\/[^]*?(?=,ze=)/, ""],
    [/,mt="[^]*?(?=,bt=)/, ""],
    [/,Rt="[^]*?(?=,Ot=)/, ""],
    [/,at=\/[^]*?(?=,Ae=)/, ""],
    [/,ct=g\(Ee[^]*?(?=,ht=)/, ""],
    [/,kt=g\(ze[^]*?(?=,ft=)/, ""],
    [/emStrongLDelim:ct,emStrongRDelimAst:kt,/, ""],
    [/(?<=lheading:)Le/, "q"],
    [/,Le=g\([^]*?(?=,We=)/, ""],
    [/,Je=Ce\([^]*?(?=,Ye=)/, ""],
    [/paragraph:Je,/, ""],
    [/static get rules\(\)\{[^]*?\}\}(?=static lex)/, ""],
    [/let t=\{other:O,block:ee\.normal[^]*?(?=this\.tokenizer\.rules=t)/, "let t={other:O,block:tt,inline:qt};"],
    [/,ee=\{normal:fe[^]*?(?=;var vt)/, ""],
  ],
};

/** `code` of the library file `path` without what the widget never reaches; undefined for any other file. */
export function trimmed(path, code) {
  const found = Object.entries(CUTS).find(([file]) => path.replaceAll("\\", "/").endsWith(`node_modules/${file}`));
  return found?.[1].reduce((left, [what, instead]) => {
    if (left.search(what) < 0) throw new Error(`${path} is not as trim.mjs knows it: no ${what}`);
    return left.replace(what, instead);
  }, code);
}
