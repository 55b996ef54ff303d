"""The pages that ``--help`` shows, in both languages, each with an example."""

from __future__ import annotations

__all__ = ["GUIDES"]

_VIETNAMESE = {
    "": """\
criteria: kiểm tra bộ tiêu chí và đánh giá theo bộ tiêu chí

  criteria demo                             đi một vòng với số liệu mẫu đi kèm
  criteria check TỆP…                       tìm lỗi trong bộ tiêu chí, kèm chỗ sai và cách sửa
  criteria test TỆP…                        chạy các phép thử đi kèm bộ tiêu chí
  criteria evaluate BỘ SỐ_LIỆU [-o KẾT_QUẢ] đánh giá mọi đơn vị trong một tệp số liệu
  criteria explain BỘ SỐ_LIỆU --subject TÊN giải thích kết quả của một đơn vị
  criteria project KẾ_HOẠCH [SỐ_LIỆU]       dự báo các chỉ tiêu của một kế hoạch
  criteria report KẾ_HOẠCH [SỐ_LIỆU] --as-of NGÀY -o TỆP
                                            lập báo cáo 06 tháng, năm, giữa giai đoạn

Tùy chọn chung:
  --lang vi|en   ngôn ngữ (nếu không ghi: biến CRITERIA_LANG, rồi đến tiếng Việt)
  -h, --help     trang này; criteria LỆNH --help cho từng lệnh

Mã thoát: 0 ổn; 1 có lỗi, hoặc có phép thử chưa đạt; 2 dùng sai lệnh, hoặc không đọc, không ghi được tệp;
3 lỗi của chính chương trình.

Ví dụ: criteria check phuong.yaml
""",
    "demo": """\
criteria demo

Kiểm tra các bộ tiêu chí đi kèm, chạy phép thử, đánh giá các phường ở Khánh Hòa bằng số liệu giả định,
giải thích một phường, rồi dự báo kế hoạch của tỉnh. Không cần mạng, không ghi tệp nào.

  --lang vi|en   ngôn ngữ

Ví dụ: criteria demo
""",
    "check": """\
criteria check TỆP…

Tìm mọi lỗi trong các bộ tiêu chí và trong tệp phép thử bên cạnh (TÊN.tests.yaml), hoặc trong một kế hoạch
và danh sách đơn vị của kế hoạch: dòng, cột, cách sửa; và cảnh báo những chỗ nên xem lại. Nếu đưa một thư mục,
mọi tệp .yaml trong đó được kiểm tra.

  --format text|github|sarif|json   dạng kết quả (text nếu không ghi)
  --library THƯ_MỤC                 thư mục chứa các bộ tiêu chí khác mà bộ này mở rộng hoặc dựa vào danh hiệu
  --lang vi|en                      ngôn ngữ

Mã thoát 1 nếu có lỗi; chỉ có cảnh báo thì vẫn là 0.

Ví dụ: criteria check phuong.yaml
""",
    "test": """\
criteria test TỆP…

Chạy các phép thử trong bộ tiêu chí (khóa tests:) và trong tệp TÊN.tests.yaml bên cạnh; nói rõ khác ở đâu,
và những gì chưa phép thử nào tới: tiêu chí chưa từng đạt hoặc chưa từng hỏng, mức chưa từng xếp.

  --format text|junit|json   dạng kết quả (text nếu không ghi)
  --library THƯ_MỤC          thư mục chứa các bộ tiêu chí khác mà bộ này mở rộng hoặc dựa vào danh hiệu
  --lang vi|en               ngôn ngữ

Mã thoát 1 nếu có phép thử chưa đạt.

Ví dụ: criteria test phuong.yaml
""",
    "evaluate": """\
criteria evaluate BỘ SỐ_LIỆU [-o KẾT_QUẢ]

Đánh giá mọi đơn vị trong tệp số liệu (.csv, .parquet, .json, hoặc .jsonl: mỗi dòng một mục). Trong bảng, mỗi
dòng một đơn vị, có cột subject và mỗi chỉ số một cột; ô trống là chưa có số liệu. Đơn vị có nhiều kỳ (cột
period) thì xét kỳ mới nhất, các kỳ trước là số liệu so sánh. Cột titles.MÃ_BỘ ghi danh hiệu đang giữ, cột
evidence.CHỈ_SỐ ghi minh chứng. Tệp lớn hơn bộ nhớ cũng được, trừ .json, và trừ khi kết quả là text.

  -o, --output TỆP            ghi kết quả ra tệp .csv, .parquet, .json, .jsonl hoặc .txt; ghi trọn vẹn hoặc
                              không ghi gì
  --force                     cho phép ghi đè tệp kết quả đã có
  --format text|csv|json|jsonl|parquet
                              dạng kết quả (nếu không ghi: theo tên tệp kết quả, rồi đến text)
  --subject-column TÊN        tên cột ghi đơn vị (subject nếu không ghi)
  --detail                    thêm trạng thái và điểm của từng tiêu chí
  --on NGÀY                   ngày đánh giá, cho những con số thay đổi theo ngày; ví dụ 2024-06-30
  --numbers vi|en             cách viết số trong CSV: vi là 1.234,5 và en là 1,234.5 (vi nếu không ghi)
  --library THƯ_MỤC           thư mục chứa các bộ tiêu chí khác mà bộ này mở rộng hoặc dựa vào danh hiệu
  --lang vi|en                ngôn ngữ

Trong CSV kết quả, ô chữ bắt đầu bằng = + - @ được thêm dấu ' ở đầu, để bảng tính không coi là công thức;
số luôn viết với dấu chấm thập phân.
Mã thoát 1 nếu bộ tiêu chí hoặc số liệu có lỗi.

Ví dụ: criteria evaluate phuong.yaml so-lieu.csv -o ket-qua.csv
""",
    "explain": """\
criteria explain BỘ SỐ_LIỆU --subject TÊN

Giải thích kết quả của một đơn vị, từng tiêu chí một. Tên được nhận ra dù gõ Hòa hay Hoà, chữ hoa hay thường.

  --subject TÊN                     đơn vị cần giải thích
  -o, --output TỆP                  ghi ra tệp .txt, .md, .html hoặc .json
  --force                           cho phép ghi đè tệp đã có
  --format text|markdown|html|json  dạng kết quả (nếu không ghi: theo tên tệp, rồi đến text)
  --subject-column TÊN              tên cột ghi đơn vị (subject nếu không ghi)
  --on NGÀY                         ngày đánh giá, ví dụ 2024-06-30
  --numbers vi|en                   cách viết số trong CSV (vi nếu không ghi)
  --library THƯ_MỤC                 thư mục chứa các bộ tiêu chí khác mà bộ này mở rộng hoặc dựa vào danh hiệu
  --lang vi|en                      ngôn ngữ

Ví dụ: criteria explain phuong.yaml so-lieu.csv --subject "Vĩnh Hòa"
""",
    "project": """\
criteria project KẾ_HOẠCH [SỐ_LIỆU]

Dự báo các chỉ tiêu của một kế hoạch (tệp .yaml) từ kết quả công nhận trong tệp SỐ_LIỆU (CSV với các cột
unit, period, status, decided): cần bao nhiêu, hiện có bao nhiêu, dự kiến ra sao, khả năng đạt, mỗi năm phải
công nhận thêm bao nhiêu. Không có SỐ_LIỆU thì kết quả của các đơn vị đã đăng ký là chưa rõ.

  --on NGÀY                   nhìn từ ngày nào; ví dụ 2024-12-31 (nếu không ghi: cuối năm mới nhất có số liệu)
  --method hazard|arithmetic  theo tỷ lệ công nhận các năm qua, hoặc chỉ theo danh sách đăng ký
                              (hazard nếu không ghi)
  --scenario PHƯƠNG_ÁN        giả sử điều gì, có thể ghi nhiều lần: as_is, plan, required, no_lapse,
                              pass_rate(0.9), capacity(12), pace(8), harder_last(5),
                              criteria_change(2026-01-01, 0.8)
  --confidence MỨC            mức chắc chắn của số cần đăng ký năm tới (80% nếu không ghi)
  -o, --output TỆP            ghi ra tệp .txt, .json hoặc .csv (mỗi năm một dòng)
  --force                     cho phép ghi đè tệp đã có
  --format text|csv|json      dạng kết quả (nếu không ghi: theo tên tệp, rồi đến text)
  --lang vi|en                ngôn ngữ

Mã thoát 1 nếu có chỉ tiêu không đạt, hoặc dự kiến chưa đạt.

Ví dụ: criteria project ke-hoach.yaml cong-nhan.csv --on 2024-12-31
""",
    "report": """\
criteria report KẾ_HOẠCH [SỐ_LIỆU] --as-of NGÀY [-o TỆP]

Lập báo cáo 06 tháng, báo cáo năm hoặc báo cáo sơ kết của một kế hoạch: tóm tắt, chỉ tiêu, tiến độ, từng địa
bàn, thay đổi trong kỳ, ai chưa báo cáo, chất lượng, rủi ro, nhiệm vụ (5 rõ), từng đơn vị. Tệp .html mở bằng
trình duyệt, in được khổ A4, không cần mạng; tệp .md dán được vào văn bản.

  --as-of NGÀY                số liệu đến ngày nào; ví dụ 2024-11-15
  --since NGÀY                ngày của báo cáo trước (nếu không ghi: theo lịch báo cáo của kế hoạch)
  --kind half_year|year|review
                              loại báo cáo (nếu không ghi: theo lịch báo cáo của kế hoạch)
  --assessments BỘ SỐ_LIỆU    bộ tiêu chí và số liệu đánh giá, để thêm điểm và những gì còn vướng
  --assumed                   số liệu đánh giá ấy là giả định (tên tệp có .gia-dinh. thì không cần ghi)
  --done MÃ                   nhiệm vụ đã hoàn thành, có thể ghi nhiều lần
  --method, --scenario, --confidence
                              như của criteria project
  -o, --output TỆP            ghi ra tệp .html, .md hoặc .json; ghi trọn vẹn hoặc không ghi gì
  --force                     cho phép ghi đè tệp đã có
  --format markdown|html|json dạng báo cáo (nếu không ghi: theo tên tệp, rồi đến markdown)
  --lang vi|en                ngôn ngữ

Ví dụ: criteria report ke-hoach.yaml cong-nhan.csv --as-of 2024-11-15 -o bao-cao.html
""",
}

_ENGLISH = {
    "": """\
criteria: check criteria sets, and judge by them

  criteria demo                             a tour of the data that comes with it
  criteria check FILE…                      what is wrong with rulesets, where, and how to mend it
  criteria test FILE…                       run the tests beside the rules
  criteria evaluate RULESET DATA [-o OUT]   judge every subject of a data file
  criteria explain RULESET DATA --subject NAME
                                            why one subject comes out as it does
  criteria project PLAN [DATA]              how the targets of a plan look
  criteria report PLAN [DATA] --as-of DATE -o FILE
                                            the half-yearly, yearly or mid-term report

Options of all commands:
  --lang vi|en   language (else the variable CRITERIA_LANG, else Vietnamese)
  -h, --help     this page; criteria COMMAND --help for each command

Exit status: 0 fine; 1 errors were found, or a test failed; 2 wrong use, or a file that cannot be read or
written; 3 a bug of the program.

Example: criteria check ward.yaml --lang en
""",
    "demo": """\
criteria demo

Checks the rulesets that come with it, runs their tests, judges the wards of Khánh Hòa by assumed values
explains one of them and projects the plan of the province. Needs no network and writes no file.

  --lang vi|en   language

Example: criteria demo --lang en
""",
    "check": """\
criteria check FILE…

Finds all errors in rulesets and in the tests beside them (NAME.tests.yaml), or in a plan and its roster:
line, column, how to mend it; and warns of what is worth another look. In a folder every .yaml file is
checked.

  --format text|github|sarif|json   form of the output (default text)
  --library FOLDER                  the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                      language

Exit status 1 if there is an error; warnings alone leave it at 0.

Example: criteria check ward.yaml --lang en
""",
    "test": """\
criteria test FILE…

Runs the tests in a ruleset (tests:) and in NAME.tests.yaml beside it; says what came out otherwise, and
what no test reaches: criteria never met or never failed, levels never reached.

  --format text|junit|json   form of the output (default text)
  --library FOLDER           the folder of other rulesets that this one extends or asks titles of
  --lang vi|en               language

Exit status 1 if a test failed.

Example: criteria test ward.yaml --lang en
""",
    "evaluate": """\
criteria evaluate RULESET DATA [-o OUT]

Judges every subject of a data file (.csv, .parquet, .json, or .jsonl with an entry a line). A table has a row
a subject, with a column subject and a column an input; an empty cell is a missing value. Of several periods
(column period) the newest counts, and those before it are its history. A column titles.RULESET_ID holds a
title, evidence.INPUT what proves it. Files may be larger than memory, but for .json and for text as output.

  -o, --output FILE           write to a .csv, .parquet, .json, .jsonl or .txt file, whole or not at all
  --force                     overwrite a file that exists
  --format text|csv|json|jsonl|parquet
                              form of the output (default: by the name of the output, else text)
  --subject-column NAME       the column that names the subject (default subject)
  --detail                    add state and points of every criterion
  --on DATE                   day of the assessment, for numbers that change by date, like 2024-06-30
  --numbers vi|en             how CSV writes numbers: vi is 1.234,5 and en is 1,234.5 (default vi)
  --library FOLDER            the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                language

In CSV output a text that begins with = + - @ gets a ' before it, so that no spreadsheet takes it for a
formula; numbers always have a decimal point.
Exit status 1 if the ruleset or the data have errors.

Example: criteria evaluate ward.yaml data.csv -o verdicts.csv --lang en
""",
    "explain": """\
criteria explain RULESET DATA --subject NAME

Why one subject comes out as it does, criterion by criterion. The name is known whether Hòa or Hoà is typed,
in capitals or not.

  --subject NAME                    the subject to explain
  -o, --output FILE                 write to a .txt, .md, .html or .json file
  --force                           overwrite a file that exists
  --format text|markdown|html|json  form of the output (default: by the name of the output, else text)
  --subject-column NAME             the column that names the subject (default subject)
  --on DATE                         day of the assessment, like 2024-06-30
  --numbers vi|en                   how CSV writes numbers (default vi)
  --library FOLDER                  the folder of other rulesets that this one extends or asks titles of
  --lang vi|en                      language

Example: criteria explain ward.yaml data.csv --subject "Vĩnh Hòa" --lang en
""",
    "project": """\
criteria project PLAN [DATA]

How the targets of a plan (a .yaml file) look by the recognitions in DATA (CSV with the columns unit, period,
status, decided): how many are needed, there and expected, how likely each target is, and how many a year it
takes. Without DATA the results of registered units are open.

  --on DATE                   the day from which to look, like 2024-12-31 (default: the end of the last year
                              in DATA)
  --method hazard|arithmetic  by rates of recognition in the years behind, or by lists of registrations alone
                              (default hazard)
  --scenario SUPPOSITION      what to suppose, several times: as_is, plan, required, no_lapse, pass_rate(0.9),
                              capacity(12), pace(8), harder_last(5), criteria_change(2026-01-01, 0.8)
  --confidence SHARE          how sure registrations for the next year are to be enough (default 80%)
  -o, --output FILE           write to a .txt, .json or .csv file (a row a year)
  --force                     overwrite a file that exists
  --format text|csv|json      form of the output (default: by the name of the output, else text)
  --lang vi|en                language

Exit status 1 if a target is missed, or will be as things go.

Example: criteria project plan.yaml recognitions.csv --on 2024-12-31 --lang en
""",
    "report": """\
criteria report PLAN [DATA] --as-of DATE [-o FILE]

The half-yearly, yearly or mid-term report on a plan: summary, targets, years, areas, what changed, who has
not reported, quality, risks, tasks (the five clears), unit by unit. An .html file opens in any browser,
prints on A4 and needs no network; an .md file can be pasted into a document.

  --as-of DATE                the day of the report, like 2024-11-15
  --since DATE                the day of the last report (default: by the reporting days of the plan)
  --kind half_year|year|review
                              which report it is (default: by the reporting days of the plan)
  --assessments RULESET DATA  a ruleset and values, for scores and what holds units back
  --assumed                   those values are assumed (not needed where the file is named .assumed.)
  --done ID                   a task that is done, several times
  --method, --scenario, --confidence
                              as those of criteria project
  -o, --output FILE           write to an .html, .md or .json file, whole or not at all
  --force                     overwrite a file that exists
  --format markdown|html|json form of the report (default: by the name of the output, else markdown)
  --lang vi|en                language

Example: criteria report plan.yaml recognitions.csv --as-of 2024-11-15 -o report.html --lang en
""",
}

GUIDES = {"vi": _VIETNAMESE, "en": _ENGLISH}
"""Help by language and command; the empty command is the whole program."""
