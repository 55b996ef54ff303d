"""The phrases of the command line, in both languages; what is wrong is said by the catalogue of messages."""

from __future__ import annotations

import re

__all__ = ["WORDS", "counted"]

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
    "demo_project": "5. Kế hoạch 2377/KH-UBND nhìn từ cuối năm 2024 (criteria project)",
    "demo_project_assumed": (
        "KẾT QUẢ CÔNG NHẬN GIẢ ĐỊNH: kế hoạch và danh sách phường là thật; việc cả chín phường đã được\n"
        "công nhận là giả định, vì chưa có nguồn công khai."
    ),
    "demo_project_rest": "… cả đoạn, bảng theo năm và biểu đồ: xem lệnh project dưới đây; cả báo cáo: lệnh report",
    "demo_next": "Thử tiếp:",
    # errors
    "unsound_row": "{subject}: {message}",
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
    "demo_project": "5. Plan 2377/KH-UBND, looked at from the end of 2024 (criteria project)",
    "demo_project_assumed": (
        "ASSUMED RECOGNITIONS: the plan and the list of wards are real; that all nine wards were recognised\n"
        "is assumed, since there is no public source."
    ),
    "demo_project_rest": "… all of it, the years and a chart: see the command project below; a whole report: report",
    "demo_next": "Try next:",
    # errors
    "unsound_row": "{subject}: {message}",
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
