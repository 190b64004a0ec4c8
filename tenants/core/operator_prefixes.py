"""Pure: which prefix of a mainland Chinese number belongs to which operator, row by row with its source.

Sources, named in the rows by their mark:
MIIT    the ministry's list of mobile network codes as of March 2023 (我国公众移动通信网网号及H0分配情况,
        zh.wikisource.org). Its note names 162, 165, 167, 170 and 171 as resale (virtual operator) codes; each is listed
        under its host network. 174, 1349 and 1619 are satellite codes.
MIIT17  the ministry's grants of August 2017 as quoted in github.com/ifeilong/feilong-core/issues/663.
PLAN17  numbering plan of 2017 (电信网编号计划): 140 to 144 are machine codes; 1064 is for machine communication.
LIST19  prefix survey of 2019-12-24, blog.csdn.net/weixin_29144945/article/details/117078253.
LIST20  prefix survey of 2020-06-19, www.cnblogs.com/liudanyang/p/13689246.html.
REGEX   github.com/VincentSit/ChinaMobilePhoneNumberRegex, README-CN.md, change of 2020-05-03.

Number portability (since December 2019) means a prefix names the operator who was given the number, not always the one
who serves it today.
"""

from typing import Literal

Operator = Literal["mobile", "unicom", "telecom", "broadnet", "other"]

# Eleven-digit numbers.
HANDSET_ROWS: tuple[tuple[Operator, str], ...] = (
    ("mobile", "1340 1341 1342 1343 1344 1345 1346 1347 1348"),  # MIIT
    ("mobile", "135 136 137 138 139 147 148"),  # MIIT; 148 is for machines (MIIT17)
    ("mobile", "150 151 152 157 158 159"),  # MIIT
    ("mobile", "165"),  # MIIT, resale
    ("mobile", "1703 1705 1706"),  # MIIT, resale
    ("mobile", "172 178"),  # MIIT
    ("mobile", "182 183 184 187 188 195 197 198"),  # MIIT
    ("unicom", "130 131 132 145 146 155 156"),  # MIIT; 146 is for machines (MIIT17)
    ("unicom", "166"),  # MIIT
    ("unicom", "167"),  # MIIT, resale
    ("unicom", "1704 1707 1708 1709 171"),  # MIIT, resale
    ("unicom", "175 176 185 186 196"),  # MIIT
    ("telecom", "133 149 153"),  # MIIT
    ("telecom", "1349"),  # MIIT, satellite
    ("telecom", "162"),  # MIIT, resale
    ("telecom", "1700 1701 1702"),  # MIIT, resale
    ("telecom", "173 177"),  # MIIT
    ("telecom", "17400 17401 17402 17403 17404 17405"),  # MIIT, satellite
    ("telecom", "180 181 189 190 191 193 199"),  # MIIT
    ("broadnet", "192"),  # MIIT
)

# Thirteen-digit numbers, for machines only.
MACHINE_ROWS: tuple[tuple[Operator, str], ...] = (
    ("mobile", "1440"),  # MIIT17, PLAN17
    ("mobile", "1441"),  # REGEX, PLAN17
    ("mobile", "10648"),  # LIST19
    ("unicom", "1400"),  # LIST20, PLAN17
    ("unicom", "10646"),  # LIST19
    ("telecom", "1410"),  # MIIT17, PLAN17
    ("telecom", "10649"),  # LIST19
    # PLAN17 gives the whole of 1064 to machines; who holds these was found in no published list.
    ("other", "10640 10641 10642 10643 10644 10645 10647"),
)
