"""What synthetic Chinese text says.

More than half of it is characters drawn evenly from GB 2312's first level: the rare ones have to be
learnt, too, and no reader shall lean on a dictionary. The rest is put together from a small
vocabulary of our own: names, places, firms, dates, prices, notices.
"""

from __future__ import annotations

import numpy as np

from ocrlib.charset import gb2312_level_1
from ocrlib.data.synth.content import plain_word, random_string, vary_case
from ocrlib.data.synth.numbers import DIGITS, clock, code, digits, pick, price


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LEVEL_1 = gb2312_level_1()
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文华建国志红玉春海燕宇欣悦晨子涵雨浩然博思"
PLACES = _words(
    """
    北京 上海 广州 洛阳 天津 重庆 南京 杭州 成都 武汉 西安 苏州 长沙 沈阳
    青岛 郑州 大连 宁波 厦门 福州 济南 合肥 昆明 南昌 贵阳 太原 兰州 海口
    河北 山东 江苏 浙江 安徽 湖南 广东 四川 云南
    """
)
ROADS = _words(
    """
    人民 中山 解放 建设 和平 新华 长江 黄河 东风 胜利 文化 学院 工业 滨海
    南湖 西门
    """
)
ROAD_ENDINGS = _words("路 街 大道 巷 东路 西街 南路 北街 广场")
FIRMS = _words(
    """
    银行 超市 药店 餐厅 酒店 书店 医院 学校 公司 商场 服装店 面馆 火锅城
    茶楼 理发店 干洗店 眼镜店 便利店 水果店 五金店 旅行社 培训中心 健身房
    宠物医院 律师事务所 科技有限公司 贸易有限公司
    """
)
BRANDS = _words(
    """
    金龙 永和 百家 新世纪 东方 阳光 福满 华联 同仁 天天 老地方 小时代 四海
    万达 宏图 长青 大自然 顺风
    """
)
NOTICES = _words(
    """
    出口 入口 禁止吸烟 小心地滑 请勿触摸 营业时间 欢迎光临 谢谢惠顾 免费停车
    收银台 洗手间 电梯 紧急出口 消防通道 请排队 正在施工 闲人免进 注意安全
    节约用水 当心触电 高压危险 限速 单行道 公共厕所 自动售票 服务台 失物招领
    优惠活动 全场八折 新品上市 买一送一 会员专享 招聘启事 房屋出租
    """
)
LABELS = _words(
    """
    姓名 性别 年龄 地址 电话 日期 时间 数量 单价 金额 合计 总计 实收 找零
    税号 发票号码 开户行 账号 订单号 商品名称 规格 产地 保质期 生产日期 净含量
    批号 备注 签名 审核 经办人 收货人 邮编 网址
    """
)
WORDS = _words(
    """
    我们 他们 时候 可以 没有 什么 因为 所以 如果 但是 已经 现在 今天 明天
    昨天 学习 工作 生活 朋友 老师 学生 孩子 父母 国家 社会 经济 发展 技术
    问题 方法 研究 管理 服务 产品 市场 企业 城市 农村 环境 能源 交通 教育
    健康 文化 艺术 音乐 电影 新闻 体育 历史 世界 人民 政府 法律 安全 信息
    网络 计算机 手机 汽车 火车 飞机 天气 春天 夏天 秋天 冬天 山水 河流 大海
    森林 花园 动物 植物 米饭 面条 水果 蔬菜 牛奶 咖啡 茶叶 衣服 鞋子 房间
    窗户 桌子 椅子 书本 铅笔 纸张 颜色 红色 蓝色 绿色 非常 比较 一定 大概
    开始 结束 继续 认识 了解 喜欢 希望 觉得 知道 看见 听说 提高 增加 减少
    变化 影响
    """
)
PARTICLES = "的了是在和与不也都就要会能对从到把被给为有这那很更最"
UNITS = _words(
    """
    元 个 件 斤 克 升 米 岁 人 号 楼 层 年 月 天 小时 分钟 公里 折 页
    次
    """
)
NUMERALS = "一二三四五六七八九十百千万两"
# ASCII marks and their full-width twins: a printer takes either.
PAIRS = ((",", "，"), (":", "："), ("!", "！"), ("?", "？"), (";", "；"), (".", "。"), (",", "、"))
BRACKETS = ("()", "（）", "“”", "‘’", "《》", "〈〉", "「」", "『』", "【】", "[]")
JOINTS = "·…—～~-/×+&·"


def even_characters(rng: np.random.Generator, low: int, high: int) -> str:
    """`low` to `high` characters, each of the 3,755 as likely as any other."""
    places = rng.integers(len(LEVEL_1), size=int(rng.integers(low, high + 1)))
    return "".join(LEVEL_1[place] for place in places)


def chinese_word(rng: np.random.Generator) -> str:
    """What a sign or a field of a form says: mostly 2 to 10 characters."""
    kind = rng.random()
    if kind < 0.6:
        text = even_characters(rng, 2, 10)
    elif kind < 0.68:
        text = _name(rng)
    elif kind < 0.78:
        text = _firm(rng) if rng.random() < 0.5 else _address(rng)
    elif kind < 0.86:
        choice = pick(rng, (NOTICES, LABELS, WORDS))
        text = "".join(pick(rng, choice) for _ in range(1 + int(rng.random() * 2)))
    elif kind < 0.93:
        text = _number(rng)
    else:
        text = _latin(rng) if rng.random() < 0.5 else even_characters(rng, 1, 4) + _latin(rng)
    return _with_marks(rng, text) if rng.random() < 0.15 else text


def chinese_line(rng: np.random.Generator) -> str:
    """A line of print: clauses, fields and what they hold, to about 20 characters."""
    kind = rng.random()
    if kind < 0.45:
        text = even_characters(rng, 4, 16)
        if rng.random() < 0.4:
            place = int(rng.integers(1, len(text)))
            middle = _latin(rng) if rng.random() < 0.3 else _number(rng)
            text = text[:place] + middle + text[place:]
    elif kind < 0.65:
        pieces = [pick(rng, WORDS) for _ in range(int(rng.integers(2, 6)))]
        text = "".join(p + (pick(rng, PARTICLES) if rng.random() < 0.5 else "") for p in pieces)
    elif kind < 0.8:
        value = pick(rng, (_name, _number, _address, _latin, _firm))(rng)
        text = pick(rng, LABELS) + pick(rng, ("：", ":", ": ", " ", "：")) + value
    elif kind < 0.92:
        text = _address(rng) + _firm(rng)
    else:
        text = f"{even_characters(rng, 2, 6)} {_latin(rng)} {_number(rng)}"
    text = _with_marks(rng, text) if rng.random() < 0.45 else text
    return text[:24].strip()


def _name(rng: np.random.Generator) -> str:
    given = "".join(pick(rng, GIVEN) for _ in range(int(rng.integers(1, 3))))
    return pick(rng, SURNAMES) + given + pick(rng, ("", "", "", "先生", "女士", "经理", "老师"))


def _firm(rng: np.random.Generator) -> str:
    brand = pick(rng, BRANDS) if rng.random() < 0.4 else even_characters(rng, 2, 3)
    return (pick(rng, PLACES) if rng.random() < 0.4 else "") + brand + pick(rng, FIRMS)


def _address(rng: np.random.Generator) -> str:
    road = pick(rng, ROADS) if rng.random() < 0.5 else even_characters(rng, 2, 2)
    text = pick(rng, PLACES) + pick(rng, ("", "市", "省"))
    text += even_characters(rng, 2, 2) + pick(rng, "区县镇") if rng.random() < 0.4 else ""
    text += road + pick(rng, ROAD_ENDINGS)
    return text + (f"{rng.integers(1, 999)}号" if rng.random() < 0.6 else "")


def _number(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.3:
        return digits(rng, int(rng.integers(1, 5))) + pick(rng, UNITS)
    if kind < 0.5:
        numeral = "".join(pick(rng, NUMERALS) for _ in range(int(rng.integers(1, 4))))
        return pick(rng, ("", "第", "共")) + numeral + pick(rng, UNITS)
    if kind < 0.7:
        year, month, day = rng.integers(1950, 2035), rng.integers(1, 13), rng.integers(1, 32)
        return f"{year}年{month}月" + (f"{day}日" if rng.random() < 0.7 else "")
    if kind < 0.8:
        return pick(rng, ("￥", "￥", "")) + price(rng) + pick(rng, ("", "", "元"))
    if kind < 0.9:
        return digits(rng, int(rng.integers(3, 12)))
    return pick(rng, (clock, code))(rng)


def _latin(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.5:
        return vary_case(rng, plain_word(rng))
    text = random_string(rng, 1, 7)
    # Full-width letters and digits, as old forms have them.
    return _wide(text) if kind > 0.93 else text


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _with_marks(rng: np.random.Generator, text: str) -> str:
    """The text with a mark inside or behind it, or in brackets."""
    kind = rng.random()
    place = int(rng.integers(1, len(text) + 1))
    if kind < 0.5:
        mark = pick(rng, PAIRS)[int(rng.random() < 0.7)]
        return text[:place] + mark + text[place:]
    if kind < 0.8:
        pair = pick(rng, BRACKETS)
        begin = int(rng.integers(0, place))
        return text[:begin] + pair[0] + text[begin:place] + pair[1] + text[place:]
    if kind < 0.95:
        return text[:place] + pick(rng, JOINTS) + text[place:]
    return text + pick(rng, DIGITS) + pick(rng, "°℃%％")
