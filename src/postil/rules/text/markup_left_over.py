from __future__ import annotations

import re
from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.text._repeated import once_each, shown
from postil.rules.views import DocumentView
from postil.text import quote

# Of the names that HTML has, those that nobody calls a variable: "&image;" and "&sum;" are C.
_BODY = (
    "#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|lt|gt|quot|apos|nbsp|shy|ensp|emsp|thinsp|zwn?j|[lr]rm"
    "|[nm]dash|hellip|bull|middot|[lrsb][sd]quo|[lr]aquo|trade|euro|szlig|iexcl|iquest|ord[fm]"
    "|[aeiouyAEIOUY]acute|[aeiouAEIOU](?:grave|circ)|[aeiouyAEIOU]uml|[anoANO]tilde|[cC]cedil|[aA]ring|[oO]slash"
    "|(?:ae|oe|AE|OE)lig|[sS]caron|eth|ETH|thorn|THORN"
)
# "&copy;" may be a C variable after a sign
_REFERENCE = re.compile(rf"&(?:(?:amp;){{1,8}}+(?:(?:{_BODY});)?|(?:{_BODY});|(?<![=(,*]&)(?<![=(,*] &)(?:copy|reg|deg);)")


@document_rule(
    "TXT014",
    Example(text="AT&T; R&D; Q&A; Marks & Spencer; this&that;\n"),
    Example(text="p = &sum; q = &copy; f(&reg;); x &= 1; a && b; &c; &lt &#; &#x;\n", note="another language's ampersands"),
    Example(text="https://example.org/?a=1&lt=2&copy=3\n"),
    Example(text="The 😀 & the “other”\n"),
    Example(text="Marks &amp; Spencer, Fish &amp; Chips\n", finds=("1:7",)),
    Example(text="&lt;b&gt; &quot;no&nbsp;one&apos;s&quot;\n", finds=("1:1", "1:6", "1:11", "1:19", "1:28")),
    Example(text="It&#8217;s &#x27;so&#X27;\n", finds=("1:3", "1:12", "1:20")),
    Example(text="M&amp;amp;S &amp;lt; caf&eacute; 2010 &copy;\n", finds=("1:2", "1:13", "1:25", "1:39")),
    Example(text="No such character: &#0; &#55296; &#x110000;\n"),
    severity=Severity.WARNING,
    proof=lambda batch: b"&" not in batch.data or not any(map(_REFERENCE.search, batch.texts)),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should hold no character references of HTML or XML.

    They are left over from a conversion: ``&amp;`` is one character to a reader and five to every offset, and a tokenizer makes
    words of it.

    Put the character itself, and move the annotations with it. In a text about HTML, ignore this rule.
    """
    text = view.text or ""
    if "&" not in text:
        return
    found = (match.span() for match in _REFERENCE.finditer(text) if _meant(match.group()))
    yield from once_each(view, found, lambda reference: f"{quote(reference)} stands for {shown(_meant(reference))}")


def _meant(reference: str) -> str:
    """What the reference stands for, however often it was escaped; empty where there is no such character."""
    from html import unescape

    while reference.startswith("&") and len(reference) > 1:
        reference = unescape(reference)
    return "" if reference in ("", "\ufffd") else reference
