"""The look of a report: on a screen, on a phone, on A4 paper. Colour only ever repeats a word."""

from __future__ import annotations

__all__ = ["PAGE_STYLE"]

PAGE_STYLE = """\
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.2rem 1rem 3rem;max-width:62rem;background:#fff;color:#1a1a1a;
font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:break-word}
header{border-bottom:2px solid #0b6b62;margin-bottom:1rem;padding-bottom:.6rem}
header p{margin:.15rem 0;color:#444}
.kind{color:#0b6b62;font-weight:700;text-transform:uppercase;letter-spacing:.04em}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-bottom:.15rem;border-bottom:1px solid #bbb}
ul{margin:.4rem 0;padding-left:1.3rem}
li{margin:.2rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;font-size:.9rem}
nav a{color:#0b6b62}
.assumed{border:2px solid #a15c00;background:#fff6e5;padding:.5rem .8rem;margin:.7rem 0;font-weight:600}
li.assumed{border:0;background:none;padding:0;margin:.2rem 0;color:#7a4600}
.note{color:#444;font-style:italic}
table{border-collapse:collapse;width:100%;margin:.7rem 0;font-size:.92rem}
caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{border:1px solid #999;padding:.28rem .45rem;text-align:left;vertical-align:top}
thead th{background:#e8f1f0}
tbody th{font-weight:600}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
thead .n{white-space:normal}
.good{color:#0b6b2e}.bad{color:#a31515}.doubt{color:#7a4600}
figure{margin:.8rem 0}
.scroll{overflow-x:auto}
figcaption{color:#444;font-size:.92rem}
svg{display:block;width:100%;height:auto;min-width:34rem;font-size:13px;
font-family:system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
svg text{fill:#1a1a1a}
svg .axis{fill:#333}svg .note{fill:#555;font-size:12px;font-style:normal}
svg .value{fill:#0b6b62;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px}
svg .mark{fill:#a31515;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:3px}
svg .grid{stroke:#ddd}svg .band{fill:#bfe0dc;stroke:none}
svg .pathway{fill:none;stroke:#8a5a00;stroke-width:2;stroke-dasharray:7 5}
svg .known{fill:none;stroke:#0b6b62;stroke-width:3}
svg .ahead{fill:none;stroke:#0b6b62;stroke-width:2;stroke-dasharray:9 3 2 3}
svg .dot{fill:#0b6b62;stroke:#0b6b62;stroke-width:1.5}svg .open{fill:#fff}
svg .target{fill:#a31515}svg .change{stroke:#555;stroke-width:1.2;stroke-dasharray:2 3}
footer{margin-top:2rem;border-top:1px solid #bbb;color:#555;font-size:.8rem}
@media (max-width:42rem){
body{padding:.8rem .7rem 2rem}
.wide,.wide tbody,.wide tr,.wide th,.wide td,.wide caption{display:block;width:auto}
.wide thead{position:absolute;left:-999rem}
.wide tr{border:1px solid #999;margin:.6rem 0}
.wide th,.wide td{border:0;border-bottom:1px solid #ddd;text-align:left;white-space:normal}
.wide td::before{content:attr(data-label) ": ";font-weight:600;color:#444}
.wide tr :last-child{border-bottom:0}
table:not(.wide){font-size:.85rem}
}
@page{size:A4;margin:18mm 15mm 18mm 20mm;@bottom-center{content:counter(page);font:9pt serif}}
@media print{
body{max-width:none;padding:0;font:11.5pt/1.35 "Times New Roman",Tinos,"Liberation Serif",serif}
nav{display:none}
h1{font-size:15pt}h2{font-size:12.5pt;margin:5mm 0 2mm;break-after:avoid}
table{font-size:10pt;width:calc(100% - 1px)}
caption{break-after:avoid}
thead{display:table-header-group}
tr,figure,li,.assumed{break-inside:avoid}
thead th,.assumed,svg .band,svg .dot,svg .target{-webkit-print-color-adjust:exact;print-color-adjust:exact}
svg{min-width:0}
.scroll{overflow:visible}
}
"""
"""One sheet for the whole page; it names no font, picture or sheet that would have to be fetched."""
