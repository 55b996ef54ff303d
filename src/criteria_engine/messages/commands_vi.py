"""The Vietnamese phrases of the command line, and the pages that ``--help`` shows."""

SENTENCES = {
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
    "demo_assumed": "SỐ LIỆU GIẢ ĐỊNH: mọi số liệu dưới đây do người viết tự đặt ra để minh họa, và bộ tiêu chí là\nbộ khung minh họa. Không kết quả nào nói về một phường có thật.",
    "demo_marked": "* phường được nêu tên trong kế hoạch 2377/KH-UBND ngày 08/3/2024 của tỉnh Khánh Hòa",
    "demo_explain": "3. Vì sao {subject} có kết quả như vậy (criteria explain)",
    "demo_rest": "… từng tiêu chí một: xem lệnh đầu tiên dưới đây",
    "demo_titles": "4. Phiên bản theo ngày, nhiều bộ trên một hồ sơ, vòng đời của danh hiệu",
    "demo_day": "ngày",
    "demo_version": "phiên bản có hiệu lực",
    "demo_dossier": "Hồ sơ năm 2024 của {subject} (SỐ LIỆU GIẢ ĐỊNH), xét theo hai bộ, bộ này lấy danh hiệu của bộ kia:",
    "demo_life": "Vĩnh Nguyên, danh hiệu năm 2023 (ngày và số quyết định là GIẢ ĐỊNH), nếu xét lại mỗi năm:",
    "demo_project": "5. Kế hoạch 2377/KH-UBND nhìn từ cuối năm 2024 (criteria project)",
    "demo_project_assumed": "KẾT QUẢ CÔNG NHẬN GIẢ ĐỊNH: kế hoạch và danh sách phường là thật; việc cả chín phường đã được\ncông nhận là giả định, vì chưa có nguồn công khai.",
    "demo_project_rest": "… cả đoạn, bảng theo năm và biểu đồ: xem lệnh project dưới đây; cả báo cáo: lệnh report",
    "demo_next": "Thử tiếp:",
    # errors
    "unsound_row": "{subject}: {message}",
    "more_unsound_rows": "… và {count} đơn vị nữa có số liệu lỗi, xem trong kết quả",
    "use_help": "xem cách dùng: {program} --help",
    "bug": "criteria: chương trình gặp lỗi của chính nó ({kind}); hãy báo cho người phát triển kèm lệnh vừa chạy (đặt CRITERIA_DEBUG=1 rồi chạy lại để có chi tiết)",
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
    # The pages of help: of the whole program, then by command
    "help_": """\
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
    "help_demo": """\
criteria demo

Kiểm tra các bộ tiêu chí đi kèm, chạy phép thử, đánh giá các phường ở Khánh Hòa bằng số liệu giả định,
giải thích một phường, rồi dự báo kế hoạch của tỉnh. Không cần mạng, không ghi tệp nào.

  --lang vi|en   ngôn ngữ

Ví dụ: criteria demo
""",
    "help_check": """\
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
    "help_test": """\
criteria test TỆP…

Chạy các phép thử trong bộ tiêu chí (khóa tests:) và trong tệp TÊN.tests.yaml bên cạnh; nói rõ khác ở đâu,
và những gì chưa phép thử nào tới: tiêu chí chưa từng đạt hoặc chưa từng hỏng, mức chưa từng xếp.

  --format text|junit|json   dạng kết quả (text nếu không ghi)
  --library THƯ_MỤC          thư mục chứa các bộ tiêu chí khác mà bộ này mở rộng hoặc dựa vào danh hiệu
  --lang vi|en               ngôn ngữ

Mã thoát 1 nếu có phép thử chưa đạt.

Ví dụ: criteria test phuong.yaml
""",
    "help_evaluate": """\
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
    "help_explain": """\
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
    "help_project": """\
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
    "help_report": """\
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
