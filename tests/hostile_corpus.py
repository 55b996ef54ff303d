"""Expressions that somebody wrote to do harm, and whole files of the kind; see ``test_hostile``."""

from __future__ import annotations

HEAD = 'criteria_engine: 1\nid: vn.vi-du.thu\nversion: "1"\n'
INPUTS = (
    "inputs: {a: {type: boolean}, n: {type: integer}, p: {type: percent}, t: {type: text}, d: {type: date}}\n"
)

_SMALL = r"""
a.__class__
a.__class__.__mro__
a.__class__.__base__.__subclasses__()
n.real
n.bit_length()
t.format(n)
t.format_map(n)
t.join([t])
'{0.__class__}'.format(n)
'{}'.format(n)
'%s' % n
'%(x)s' % n
'a' * 999999999
'a' + 'b'
t + t
t * n
t[0]
t[::-1]
t[1:2]
n[0]
[1, 2][0]
[1, 2, 3]
[x for x in t]
[x for x in [1, 2]]
{x for x in t}
{x: x for x in t}
(x for x in t)
sum(x for x in t)
max(*[1, 2])
max(**{'a': 1})
max(n, key=abs)
max(n, default=1)
min([1, 2])
{1, 2}
{1: 2}
{**t}
[*t]
(1, 2)
()
[]
n in []
n in t
n in (1, 2)
n in {1, 2}
n in [t, [1]]
n in [[1]]
n not in n
lambda: n
lambda x: x
(lambda: n)()
(lambda x: x)(n)
(n := 1)
n := 1
n = 1
n == (m := 2)
f'{n}'
f'{n!r}'
f'{a.__class__}'
f"{__import__('os')}"
rb'x'
b'x'
u'x'
r'x'
b'x' == b'x'
'x' 'y'
t == 'x' 'y'
'''x'''
"x" "y"
await n
async n
yield n
(yield)
(yield n)
yield from t
print(n)
open('/etc/passwd')
exec('1')
eval('1')
compile('1', '', 'eval')
__import__('os')
__import__('os').system('true')
__builtins__
__builtins__.open
__name__
__file__
__doc__
globals()
locals()
vars()
dir()
getattr(n, 'real')
setattr(n, 'x', 1)
type(n)
object()
super()
input()
breakpoint()
exit()
quit()
help()
isinstance(n, int)
str(n)
int(t)
float('nan')
bool(n)
len(t)
sum([1])
sorted(t)
map(abs, t)
range(10)
zip(t, t)
iter(t)
next(t)
hash(t)
id(n)
memoryview(t)
bytes(10)
bytearray(10)
nan
inf
NaN
Infinity
-inf
None
Ellipsis
...
n == ...
NotImplemented
True
False
NONE
null
n is None
n is not None
n is 1
a is true
n & 1
n | 1
n ^ 1
~n
~~~n
n << 1
n >> 1
n << 999999999
1 << 999999999
n @ n
n ** n
n ** -1
n ** 0.5
n ** 11
2 ** 2 ** 2 ** 2
9 ** 9 ** 9 ** 9
9 ** 9 ** 9
10 ** 10 ** 10
n ** 10 ** 10
((((n ** 10) ** 10) ** 10) ** 10)
((n ** 10) ** 10) ** 10
exp(exp(exp(n)))
exp(exp(exp(exp(700))))
exp(1000000)
exp(n) ** 10
exp(n * n * n * n) ** 10
1e3
1e999
1e999999999
1e-999999999
9e99999999999999999999
1_000
1__0
0x10
0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
0o17
0b11
1j
1.5j
1.
.5
5.e1
00
007
1.2.3
9999999999999999
99999999999999999999999999999999999999
0.1234567890123456789
99999999999999.999999
n / 0
n // 0
n % 0
0 / 0
0 ** 0
1 / 3 / 0
sqrt(-1)
ln(0)
log10(-1)
round(n, 400)
round(n, -400)
round(n, n)
round(n, 1.5)
round(n, a)
round()
round(1, 2, 3)
abs()
abs(1, 2)
min()
max()
count()
first()
percent(n)
percent(n, n, n)
known()
known(1)
known('x')
known(known(n))
evidenced(1)
evidenced('n')
evidenced(n.x)
applicable()
years_between(d)
years_between(n, n)
years_between(d, '2024-02-30')
days_between('0000-01-01', '9999-12-31')
days_between('9999-12-31', '0001-01-01')
working_days_between('0001-01-01', '9999-12-31')
working_days_between(d, '99999-01-01')
score('x')
score(1)
score(a.b.c.d.e.f)
score(__class__)
score(k.__class__)
score(score)
score(k)(k)
score[k]
met()
met(met(k))
met(nowhere)
share(k, k)
count_met(k)
lowest_share(k)
max_score(n)
previous(n)
previous(n, 99999)
every_period(a, 3)
any_period(a, 3)
holds('x', 'y')
holds(__import__('os'), 'y')
n if a
n if a else
if a: n
a if a else 1
'x' if a else 1
n < 'x'
a + 1
a < a
t < t
t < 'x'
t == 1
d == 1
d + 1
d - d
d < 'x'
a and n
not n
-a
-t
-d
+n
++n
+-+n
- - - n
not not not a
a and
and a
or
not
a a
n n
1 2
n 1
n,
,n
n;n
n;
;
:
n:
a.
.a
a..b
a.1
1.a
1 .real
(n
n)
((n)
(n))
[n
n]
{n
n}
(n]
[n)
'
"
'x
x'
"x
'x"
''
""
'\x41'
'\n'
'\u0041'
'\N{BULLET}'
'\
\n
n\
n \ + 1
n # comment
#
n // comment
n /* x */
-- n
n --
n++
n ! 1
!a
a && a
a || a
a <> n
n === 1
n =< 1
n => 1
n >< 1
? n
n ? 1 : 2
$n
@n
`n`
~
^
%
%n
n %
80%
n >= 80%
n >= 80 %
n ≥ 80
n ≤ 80
n ≠ 80
n × 2
n ÷ 2
n − 1
n – 1
“x”
‘x’
«x»
n·n
n²
½
５
n ＜ ５
（n）
ｎ
ｎ ＋ ｎ
ℯ
𝐧
𝒏 < 𝟓
ñ
n̈
а
а and a
pеrcent(n, n)
scоre()
_
__
___
_n
n_
n’
n'
class
def f(): pass
import os
from os import path
return n
raise n
assert n
del n
pass
while true: n
for x in t: n
with n: n
try: n
match n:
global n
nonlocal n
type X = n
async def f(): pass
a if a else a if a else
in n
n in
is
else
n else n
if
lambda
true.real
true()
false()
true true
true < 5
true + true
n == true
a == true == true
true == 1
0 < n < 'x'
1 < a < 2
n < n < n < n
n == n != n
n in [1] in [2]
n < n in [1]
"""

_ODD = (
    "n\x00",
    "\x00",
    "n\x07 < 1",
    "n\u200b < 1",
    "n\u202e < 1",
    "\ufeffn < 1",
    "n\u2028< 1",
    "n\u00a0< 1",
    "n\u3000< 1",
    "n\t<\t1",
    "n\r<\r1",
    "n\x0c< 1",
    "n\x85< 1",
    "t == 'x\x00y'",
    "t == 'x\ny'",
    "t == 'x\u202ey'",
    "t == '\ud800'",
    "\ud800",
    "t == '\U0001f600'",
    "\U0001f600",
    "\U0010ffff",
)

_HEAVY = (
    "-" * 10_000 + "n",
    "- " * 10_000 + "n",
    "-" * 3_990 + "n",
    "not " * 990 + "a",
    "not " * 10_000 + "a",
    "~" * 3_990 + "n",
    "+" * 3_990 + "n",
    "(" * 3_000 + "n" + ")" * 3_000,
    "(" * 1_990 + "n" + ")" * 1_990,
    "[" * 1_990 + "]" * 1_990,
    "{" * 1_990 + "}" * 1_990,
    "(" * 100_000,
    "abs(" * 660 + "n" + ")" * 660,
    "abs(" * 49 + "n" + ")" * 49,
    "min(" * 51 + "n" + ")" * 51,
    "n" * 4_001,
    "n" * 1_000_000,
    "n " * 500_000,
    "1" * 4_000,
    "1" * 1_000_000,
    "0x" + "f" * 3_990,
    "1e" + "9" * 3_990,
    "0." + "9" * 3_990,
    "1_" * 1_999 + "1",
    "'" * 4_000,
    "'" * 1_000_000,
    "'" + "x" * 3_990 + "'",
    "t == '" + "x" * 1_000_000 + "'",
    "t == " + "'x' " * 900,
    '"' * 1_999,
    "f'" + "{n}" * 1_300 + "'",
    "f'{" * 600 + "}'" * 600,
    "n+" * 1_999 + "n",
    "n*" * 999 + "n < 1",
    "n<" * 1_999 + "n",
    "n<" * 999 + "n",
    "n**" * 1_300 + "n",
    "2**" * 1_300 + "2",
    "n**10" * 700,
    "(" * 49 + "n" + "**10)" * 49,
    "n." * 1_999 + "n",
    "n[" * 1_990 + "]" * 1_990,
    "n(" * 1_990 + ")" * 1_990,
    "n if a else " * 60 + "n",
    "n if " * 790 + "n",
    "(n if a else " * 45 + "n" + ")" * 45,
    "a and " * 660 + "a",
    "a or a and " * 360 + "a",
    "(a and (a or " * 24 + "a" + "))" * 24,
    "(a==" * 45 + "a" + ")" * 45,
    "max(" + "n," * 1_980 + "n)",
    "count(" + "a," * 990 + "a) > 1",
    "count(" + "n in [1,2]," * 300 + "a) > 1",
    "first(" + "n," * 900 + "n)",
    "min(max(" * 24 + "n, n" + ", n), n)" * 24,
    "n in [" + "1," * 1_950 + "1]",
    "n in [" + "'x'," * 950 + "'x']",
    "lambda: " * 490 + "n",
    "await " * 660 + "n",
    ":" * 4_000,
    "," * 4_000,
    ";" * 4_000,
    "\\" * 4_000,
    "\x00" * 4_000,
    " " * 1_000_000,
    "\n" * 4_000 + "n",
    "𝐧" * 4_000,
    "n\u0301" * 2_000,
    "ﷺ" * 4_000,
    "exp(" * 49 + "n" + ")" * 49,
    "percent(percent(" * 24 + "n, n" + "), n)" * 24,
    "round(" * 48 + "n" + ", 2)" * 48,
    "known(" * 48 + "n" + ")" * 48,
    "n % 7 " * 660,
    "n%" * 990 + "7",
    "n/" * 990 + "7",
    "n//" * 660 + "7",
    "sqrt(n)*" * 400 + "n",
    "working_days_between(d,'9999-12-31')+" * 90 + "n",
)

SMALL = tuple(dict.fromkeys(line for line in _SMALL.split("\n") if line)) + _ODD
"""Short ones, each within a moment."""

HEAVY = _HEAVY
"""Those that are long, deep or large."""


def chained(count: int) -> str:
    """So many criteria of which each requires the one before."""
    criteria = "".join(f"  k{number}: {{test: a, requires: [k{number - 1}]}}\n" for number in range(1, count))
    return f"{HEAD}{INPUTS}criteria:\n  k0: {{test: a}}\n{criteria}"


def many(count: int) -> str:
    """So many criteria side by side."""
    criteria = "".join(f"  k{number}: {{test: n > {number}}}\n" for number in range(count))
    return f"{HEAD}{INPUTS}criteria:\n{criteria}levels: {{good: {{when: score() >= 5}}}}\n"


def nested(count: int) -> str:
    """So many groups inside each other, in YAML's short form."""
    inside = "".join(f"{{criteria: {{k{number}: " for number in range(count))
    return f"{HEAD}{INPUTS}criteria: {{g: {inside}{{test: a}}{'}}' * count}}}\n"


def long_table(count: int) -> str:
    """A table of so many rows."""
    rows = "".join(f"      - {{when: n == {number}, points: {number % 7}}}\n" for number in range(count))
    return f"{HEAD}{INPUTS}criteria:\n  k:\n    table:\n      rows:\n{rows.replace('      -', '        -')}"


def many_defined(count: int) -> str:
    """So many definitions of which each needs the one before."""
    lines = "".join(f"  x{number}: x{number - 1} + 1\n" for number in range(1, count))
    return f"{HEAD}{INPUTS}define:\n  x0: n\n{lines}criteria: {{k: {{test: x{count - 1} > 3}}}}\n"


def long_sum(count: int) -> str:
    """A sum of so many inputs, a hundred to a definition."""
    inputs = ", ".join(f"i{number}: {{type: integer, range: [0, 9]}}" for number in range(count))
    names = [f"i{number}" for number in range(count)]
    parts = [names[place : place + 100] for place in range(0, count, 100)]
    lines = "".join(f"  s{place}: {' + '.join(part)}\n" for place, part in enumerate(parts))
    total = " + ".join(f"s{place}" for place in range(len(parts)))
    return f"{HEAD}inputs: {{{inputs}}}\ndefine:\n{lines}criteria: {{k: {{test: {total} > 3}}}}\n"


def long_bands(count: int) -> str:
    """Bands of so many steps."""
    steps = ", ".join(f"{{at_least: {count - number}, points: {count - number}}}" for number in range(count))
    return f"{HEAD}{INPUTS}criteria: {{k: {{bands: {{of: n, steps: [{steps}, {{otherwise: 0}}]}}}}}}\n"


def long_checklist(count: int) -> str:
    """A checklist of so many items."""
    items = ", ".join(f"i{number}: n > {number}" for number in range(count))
    return f"{HEAD}{INPUTS}criteria: {{k: {{checklist: {{need: 3, of: {{{items}}}}}}}}}\n"


def long_curve(count: int) -> str:
    """A curve through so many places."""
    places = ", ".join(f"[{number}, {number % 5}]" for number in range(count))
    return f"{HEAD}{INPUTS}criteria: {{k: {{curve: {{of: n, through: [{places}]}}}}}}\n"


def many_levels(count: int) -> str:
    """So many levels."""
    levels = "".join(f"  l{number}: {{when: n >= {count - number}}}\n" for number in range(count))
    return f"{HEAD}{INPUTS}criteria: {{k: {{test: a}}}}\nlevels:\n{levels}"


SOUND_GIANTS = {
    "chain of prerequisites": (chained, 1_500),
    "criteria side by side": (many, 20_000),
    "rows of a table": (long_table, 2_000),
    "definitions in a row": (many_defined, 1_500),
    "terms of a sum": (long_sum, 5_000),
    "steps of bands": (long_bands, 2_000),
    "items of a checklist": (long_checklist, 2_000),
    "places of a curve": (long_curve, 2_000),
    "levels": (many_levels, 500),
    "nested groups": (nested, 45),
}
"""Large files that keep to the language: they are read and judged like small ones."""

BOMBS = {
    "nested groups beyond the limit": lambda: nested(1_000),
    "laughing aliases": lambda: (
        HEAD + "x0: &x0 [a]\n" + "".join(f"x{n}: &x{n} [{f'*x{n - 1}, ' * 9}]\n" for n in range(1, 30))
    ),
    "five mebibytes": lambda: HEAD + "note: " + "x" * (5 * 2**20),
    "brackets": lambda: HEAD + "note: " + "[" * 1_000_000,
    "braces": lambda: HEAD + "note: " + "{a: " * 300_000,
    "indentation": lambda: HEAD + "".join(" " * depth + "a:\n" for depth in range(1_500)),
    "dashes": lambda: HEAD + "aliases:\n" + "- " * 100_000 + "x",
    "quotes": lambda: HEAD + 'note: "' + "\\x41" * 100_000,
    "keys": lambda: HEAD + "".join(f"k{number}: 1\n" for number in range(250_000)),
    "questions": lambda: HEAD + "? " * 50_000,
    "tags": lambda: HEAD + "!!a " * 50_000 + "x: 1\n",
    "python tags": lambda: HEAD + "note: !!python/object/apply:os.system ['true']\n",
    "directives": lambda: "%YAML 1.1\n" * 50_000 + HEAD,
    "documents": lambda: "---\n" * 100_000,
    "control characters": lambda: HEAD + "note: " + "\x00\x01\x02\x1b" * 10_000,
    "only tabs": lambda: "\t" * 100_000,
    "only colons": lambda: ":" * 100_000,
    "one long line of errors": lambda: HEAD + "criteria: {" + "k: {points: 1,5}, " * 10_000 + "}\n",
    "unknown names": lambda: (
        f"{HEAD}{INPUTS}criteria:\n" + "".join(f"  k{n}: {{test: x{n} > 1}}\n" for n in range(2_000))
    ),
    "a large ring": lambda: chained(600).replace("k0: {test: a}", "k0: {test: a, requires: [k599]}"),
    "a thousand rings": lambda: (
        f"{HEAD}{INPUTS}criteria:\n"
        + "".join(f"  k{n}: {{test: a, requires: [k{n}]}}\n" for n in range(1_000))
    ),
    "wrong numbers": lambda: (
        f"{HEAD}{INPUTS}criteria:\n" + "".join(f"  k{n}: {{points: 1e{n}, test: a}}\n" for n in range(2_000))
    ),
}
"""Files that are refused, quickly and in little memory."""
