"""The phrases of the command line, in both languages; what is wrong is said by the catalogue of messages."""

from __future__ import annotations

import re

__all__ = [
    "GUIDES",
    "WORDS",
    "counted",
]

_ONE_OF_MANY = re.compile(r"\b1 (error|warning|test|ruleset|point)s\b")

_VIETNAMESE = {
    # check
    "warning": "cảnh báo",
    "error": "lỗi",
    "summary": "{errors} lỗi, {warnings} cảnh báo",
    "summary_sound": "{errors} lỗi, {warnings} cảnh báo, {criteria} tiêu chí",
    "total": ", tổng điểm {points}",
    "files": ", {count} bộ tiêu chí",
    "more_problems": "… và {count} lỗi hoặc cảnh báo nữa",
    # test
    "no_tests": "{file}: chưa có phép thử nào",
    "all_passed": "{file}: {count} phép thử, tất cả đạt",
    "some_failed": "{file}: {count} phép thử, {failed} chưa đạt",
    "failed_case": "chưa đạt: {name}",
    "never_met": "chưa phép thử nào có các tiêu chí này đạt: {names}",
    "never_failed": "chưa phép thử nào có các tiêu chí này không đạt: {names}",
    "never_reached": "chưa phép thử nào tới các mức này: {names}",
    "never_blocking": "chưa phép thử nào bị chặn bởi: {names}",
    "blocking_pair": "{prerequisite} (ở {name})",
    "tests_total": "{count} phép thử: {passed} đạt, {failed} chưa đạt",
    # evaluate
    "subject": "đơn vị",
    "period": "kỳ",
    "verdict": "kết quả",
    "score": "điểm",
    "why": "vì sao",
    "criterion": "tiêu chí",
    "state": "trạng thái",
    "undecided": "chưa xác định: {levels}",
    "undecided_plain": "chưa xác định",
    "referred": "chuyển xem xét: {text}",
    "either": " hoặc ",
    "may_be_referred": "chuyển xem xét",
    "missing": "còn thiếu {count}: {names}",
    "not_met_first": "chưa đạt {count}: {names}",
    "refused": "số liệu có lỗi",
    "met": "đạt",
    "not_met": "chưa đạt",
    "unknown": "chưa xác định",
    "not_applicable": "không áp dụng",
    "blocked": "bị chặn",
    "tally": "{count} {subject}: {parts}",
    "tally_part": "{count} {verdict}",
    "tally_undecided": "chưa xác định",
    "saved": "đã ghi {file}",
    # project
    "project_target": "chỉ tiêu",
    "project_year": "năm",
    "project_required": "cần",
    "project_have": "hiện có",
    "project_expected": "dự kiến",
    "project_per_year": "cần mỗi năm",
    "project_outlook": "khả năng",
    "project_units": "tổng số",
    "project_low": "thấp",
    "project_high": "cao",
    "project_share": "tỷ lệ",
    "project_pathway": "lộ trình cần",
    "project_registered": "đăng ký",
    "project_achieved": "đã đạt",
    "project_missed": "không đạt",
    "project_on_track": "dự kiến đạt",
    "project_off_track": "dự kiến chưa đạt",
    "project_not_enough_data": "chưa đủ số liệu",
    "project_very_likely": "rất có thể đạt",
    "project_likely": "có thể đạt",
    "project_uncertain": "chưa chắc chắn",
    "project_unlikely": "khó đạt",
    "project_very_unlikely": "rất khó đạt",
    "project_legend": "{low} mức thấp   {expected} dự kiến   {high} mức cao   {needed} cần có theo lộ trình",
    # demo
    "demo_title": "MỘT VÒNG QUANH CRITERIA_ENGINE",
    "demo_check": "1. Kiểm tra các bộ tiêu chí đi kèm (criteria check)",
    "demo_set": "bộ tiêu chí",
    "demo_criteria": "tiêu chí",
    "demo_errors": "lỗi",
    "demo_warnings": "cảnh báo",
    "demo_tests": "phép thử",
    "demo_passed": "đạt",
    "demo_evaluate": "2. Đánh giá các phường ở Khánh Hòa (criteria evaluate)",
    "demo_assumed": (
        "SỐ LIỆU GIẢ ĐỊNH: mọi số liệu dưới đây do người viết tự đặt ra để minh họa, và bộ tiêu chí là\n"
        "bộ khung minh họa. Không kết quả nào nói về một phường có thật."
    ),
    "demo_marked": "* phường được nêu tên trong kế hoạch 2377/KH-UBND ngày 08/3/2024 của tỉnh Khánh Hòa",
    "demo_explain": "3. Vì sao {subject} có kết quả như vậy (criteria explain)",
    "demo_rest": "… từng tiêu chí một: xem lệnh đầu tiên dưới đây",
    "demo_titles": "4. Phiên bản theo ngày, nhiều bộ trên một hồ sơ, vòng đời của danh hiệu",
    "demo_day": "ngày",
    "demo_version": "phiên bản có hiệu lực",
    "demo_dossier": "Hồ sơ năm 2024 của {subject} (SỐ LIỆU GIẢ ĐỊNH), xét theo hai bộ, bộ này lấy danh hiệu của bộ kia:",
    "demo_life": "Vĩnh Nguyên, danh hiệu năm 2023 (ngày và số quyết định là GIẢ ĐỊNH), nếu xét lại mỗi năm:",
    "demo_project": "5. Kế hoạch 2377/KH-UBND nhìn từ cuối năm 2024 (criteria project)",
    "demo_project_assumed": (
        "KẾT QUẢ CÔNG NHẬN GIẢ ĐỊNH: kế hoạch và danh sách phường là thật; việc cả chín phường đã được\n"
        "công nhận là giả định, vì chưa có nguồn công khai."
    ),
    "demo_project_rest": "… cả đoạn, bảng theo năm và biểu đồ: xem lệnh project dưới đây; cả báo cáo: lệnh report",
    "demo_next": "Thử tiếp:",
    # errors
    "unsound_row": "{subject}: {message}",
    "more_unsound_rows": "… và {count} đơn vị nữa có số liệu lỗi, xem trong kết quả",
    "use_help": "xem cách dùng: {program} --help",
    "bug": (
        "criteria: chương trình gặp lỗi của chính nó ({kind}); hãy báo cho người phát triển kèm lệnh vừa chạy"
        " (đặt CRITERIA_DEBUG=1 rồi chạy lại để có chi tiết)"
    ),
    "stopped": "đã dừng",
    "cannot_write": "không ghi được kết quả: {reason}",
    "need": "còn thiếu: {what}",
    "unknown_arguments": "không có tùy chọn hoặc đối số này: {what}",
    "bad_choice": "{what}: không có lựa chọn {value}; chọn một trong: {choices}",
    "did_you_mean": "{message} (có phải là {nearest} không?)",
    "need_value": "{what}: cần một giá trị đi sau",
    "no_value": "{what}: không đi với giá trị nào",
    "bad_use": "lệnh viết chưa đúng: {what}",
    "operand_COMMAND": "lệnh",
    "operand_FILE": "TỆP",
    "operand_RULESET": "BỘ",
    "operand_DATA": "SỐ_LIỆU",
    "operand_PLAN": "KẾ_HOẠCH",
    "reason_ENOENT": "không có thư mục này",
    "reason_EACCES": "không có quyền",
    "reason_EPERM": "không có quyền",
    "reason_EISDIR": "đây là một thư mục",
    "reason_ENOTDIR": "không có thư mục này",
    "reason_ENOSPC": "đĩa đã đầy",
    "reason_EROFS": "ổ đĩa chỉ cho đọc",
}

_ENGLISH = {
    # check
    "warning": "warning",
    "error": "error",
    "summary": "{errors} errors, {warnings} warnings",
    "summary_sound": "{errors} errors, {warnings} warnings, {criteria} criteria",
    "total": ", {points} points in all",
    "files": ", {count} rulesets",
    "more_problems": "… and {count} more errors or warnings",
    # test
    "no_tests": "{file}: no tests yet",
    "all_passed": "{file}: {count} tests, all passed",
    "some_failed": "{file}: {count} tests, {failed} failed",
    "failed_case": "failed: {name}",
    "never_met": "criteria that no test meets: {names}",
    "never_failed": "criteria that no test fails: {names}",
    "never_reached": "levels that no test reaches: {names}",
    "never_blocking": "prerequisites that block in no test: {names}",
    "blocking_pair": "{prerequisite} (of {name})",
    "tests_total": "{count} tests: {passed} passed, {failed} failed",
    # evaluate
    "subject": "subject",
    "period": "period",
    "verdict": "verdict",
    "score": "score",
    "why": "why",
    "criterion": "criterion",
    "state": "state",
    "undecided": "undecided: {levels}",
    "undecided_plain": "undecided",
    "referred": "referred: {text}",
    "either": " or ",
    "may_be_referred": "referred",
    "missing": "missing {count}: {names}",
    "not_met_first": "not met {count}: {names}",
    "refused": "faulty values",
    "met": "met",
    "not_met": "not met",
    "unknown": "unknown",
    "not_applicable": "not applicable",
    "blocked": "blocked",
    "tally": "{count} × {subject}: {parts}",
    "tally_part": "{count} {verdict}",
    "tally_undecided": "undecided",
    "saved": "written: {file}",
    # project
    "project_target": "target",
    "project_year": "year",
    "project_required": "required",
    "project_have": "there",
    "project_expected": "expected",
    "project_per_year": "a year",
    "project_outlook": "outlook",
    "project_units": "units",
    "project_low": "low",
    "project_high": "high",
    "project_share": "share",
    "project_pathway": "pathway",
    "project_registered": "registered",
    "project_achieved": "reached",
    "project_missed": "missed",
    "project_on_track": "on track",
    "project_off_track": "off track",
    "project_not_enough_data": "not enough data",
    "project_very_likely": "very likely",
    "project_likely": "likely",
    "project_uncertain": "uncertain",
    "project_unlikely": "unlikely",
    "project_very_unlikely": "very unlikely",
    "project_legend": "{low} low   {expected} expected   {high} high   {needed} needed on the pathway",
    # demo
    "demo_title": "A TOUR OF CRITERIA_ENGINE",
    "demo_check": "1. Check the rulesets that come with it (criteria check)",
    "demo_set": "ruleset",
    "demo_criteria": "criteria",
    "demo_errors": "errors",
    "demo_warnings": "warnings",
    "demo_tests": "tests",
    "demo_passed": "passed",
    "demo_evaluate": "2. Evaluate wards of Khánh Hòa (criteria evaluate)",
    "demo_assumed": (
        "ASSUMED VALUES: every value below is invented for demonstration, and the ruleset is an\n"
        "illustrative skeleton. No verdict says anything about a real ward."
    ),
    "demo_marked": "* named in plan 2377/KH-UBND of Khánh Hòa province, 8 March 2024",
    "demo_explain": "3. Why {subject} comes out so (criteria explain)",
    "demo_rest": "… criterion by criterion: see the first command below",
    "demo_titles": "4. Versions by date, several sets on one dossier, the life of a title",
    "demo_day": "day",
    "demo_version": "version in force",
    "demo_dossier": "Dossier of {subject} for 2024 (ASSUMED VALUES), by two sets, one asking for the title of the other:",
    "demo_life": "Vĩnh Nguyên, the title of 2023 (day and number of the decision ASSUMED), if it is looked at every year:",
    "demo_project": "5. Plan 2377/KH-UBND, looked at from the end of 2024 (criteria project)",
    "demo_project_assumed": (
        "ASSUMED RECOGNITIONS: the plan and the list of wards are real; that all nine wards were recognised\n"
        "is assumed, since there is no public source."
    ),
    "demo_project_rest": "… all of it, the years and a chart: see the command project below; a whole report: report",
    "demo_next": "Try next:",
    # errors
    "unsound_row": "{subject}: {message}",
    "more_unsound_rows": "… and {count} more with faulty values, see the output",
    "use_help": "how to use it: {program} --help",
    "bug": (
        "criteria: this is a bug of the program itself ({kind}); please report it with the command you ran"
        " (set CRITERIA_DEBUG=1 and run it again for the details)"
    ),
    "stopped": "stopped",
    "cannot_write": "cannot write the output: {reason}",
    "need": "missing: {what}",
    "unknown_arguments": "there is no such option or argument: {what}",
    "bad_choice": "{what}: there is no choice {value}; choose one of: {choices}",
    "did_you_mean": "{message} (did you mean {nearest}?)",
    "need_value": "{what}: a value has to follow",
    "no_value": "{what}: takes no value",
    "bad_use": "the command is not written correctly: {what}",
    "operand_COMMAND": "command",
    "operand_FILE": "FILE",
    "operand_RULESET": "RULESET",
    "operand_DATA": "DATA",
    "operand_PLAN": "PLAN",
    "reason_ENOENT": "there is no such folder",
    "reason_EACCES": "permission denied",
    "reason_EPERM": "permission denied",
    "reason_EISDIR": "it is a folder",
    "reason_ENOTDIR": "there is no such folder",
    "reason_ENOSPC": "the disk is full",
    "reason_EROFS": "the disk is read-only",
}

WORDS = {"vi": _VIETNAMESE, "en": _ENGLISH}
"""Phrases by language and key; both have the same keys and the same places to fill."""


def counted(text: str) -> str:
    """The text with the English singular after a 1."""
    return _ONE_OF_MANY.sub(r"1 \1", text).replace(" 1 criteria", " 1 criterion")


# ---- the pages that ``--help`` shows, in both languages, each with an example --------------------

_VIETNAMESE_GUIDE = {
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

_ENGLISH_GUIDE = {
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

GUIDES = {"vi": _VIETNAMESE_GUIDE, "en": _ENGLISH_GUIDE}
"""Help by language and command; the empty command is the whole program."""
