"""Keys as they are written in Vietnamese by mistake, and the keys that are meant."""

from __future__ import annotations

__all__ = ["VIETNAMESE_KEYS"]

VIETNAMESE_KEYS = {
    "điểm": "points", "diem": "points", "trọng_số": "weight", "trong_so": "weight", "tiêu_chí": "criteria",
    "tieu_chi": "criteria", "tên": "title", "ten": "title", "tiêu_đề": "title", "tieu_de": "title",
    "mức": "levels", "muc": "levels", "chỉ_số": "inputs", "chi_so": "inputs", "tham_số": "parameters",
    "tham_so": "parameters", "định_nghĩa": "define", "dinh_nghia": "define", "ghi_chú": "note",
    "ghi_chu": "note", "điều_kiện": "test", "dieu_kien": "test", "tiên_quyết": "requires",
    "tien_quyet": "requires", "loại": "type", "loai": "type", "kiểm_thử": "tests", "kiem_thu": "tests",
    "kế_hoạch": "plan", "ke_hoach": "plan", "chỉ_tiêu": "targets", "chi_tieu": "targets", "đăng_ký": "registrations",
    "dang_ky": "registrations", "danh_sách": "roster", "danh_sach": "roster", "giai_đoạn": "horizon",
    "giai_doan": "horizon", "nhiệm_vụ": "tasks", "nhiem_vu": "tasks", "báo_cáo": "reports", "bao_cao": "reports",
    "năng_lực": "capacity", "nang_luc": "capacity", "căn_cứ": "legal_basis", "can_cu": "legal_basis",
    "cách_tính": "counting", "cach_tinh": "counting",
}  # fmt: skip
