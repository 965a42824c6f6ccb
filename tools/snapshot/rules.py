"""What is known about sources beyond the figures folder: origins, kinds and release dates."""

LISTS = [
    "sources_trade.csv",
    "sources_china.csv",
    "sources_claims.csv",
    "sources_evidence_china.csv",
    "sources_evidence_us.csv",
    "sources_investment.csv",
    "sources_more.csv",
    "sources_students.csv",
]

ORIGIN = {
    "KAZ_CUSTOMS": "KAZ_BNS KAZ_WITS_BNS_PANEL PRESS_TREND_3812743 PRESS_MENAFN_1106993905",
    "CHN_CUSTOMS": "GACC_2023_DERIVED GACC_2024 GACC_2025 WITS_CHN_2022X IMF_IMTS_CHN_M DERIVED_TURNOVER_2017 "
    "DERIVED_TURNOVER_2018 COW_MIRROR_DERIVED WITS_SHARE_DERIVED PRESS_NCA_20230120 "
    "PRESS_EURASIANET_20240202 PRESS_WENEWS_2023 PRESS_MSTHINKER_2019 PRESS_CHINADAILY_201906 "
    "PRESS_PEOPLE_20190614 PRESS_TURKMENPORTAL_22006B PRESS_YIDAIYILU_108057 PRESS_GLOBALTIMES_810058 "
    "PRESS_PEOPLE_2013 PRESS_CCSI_2017 PRESS_TREND_2185088 PRESS_ZAOCHENBAO_2025 "
    "PRESS_ASTANATIMES_202501 PRESS_CASPIANPOST_2026 PRESS_STHEADLINE_202601 PRESS_THEWORLDNEWS_2023 "
    "PRESS_BJREVIEW_2008 PRESS_TKMGOV_58811 PRESS_KUNUZ_20221121 P090 P097 M_ATOM14 M_AP12U M_N4K M_PRIME26",
    "RUS_CUSTOMS": "RUS_FTS WITS_SHARE_X_FTS",
    "KGZ_NSC": "KGZ_NSC PRESS_BRNEWS_2019 statkg_2022 page_24kg_2017 page_timesca_2016a page_timesca_2016b "
    "page_trend_kgz_2023 page_trend_kgz_2024 page_uzsushi_24kg_2019",
    "UZB_STAT": "UZB_STAT P093 yuz_2024 anhor_2024 inform_uz_2025 page_trend_uzb_2023 page_qazinform_2025",
    "COMTRADE": "COMTRADE_2021X PENPPML",
    "EI_REVIEW": "BP2015 BP2017 BP2018 BP2019 BP2020 BP2021 BP2022 EI2023 EI2024 EI_BP_DDF",
    "CHN_MOE": "moe_brief_stats_peijin moe_brief_stats_peijin_sum moe_2014 moe_2018 moe_2018_zh csc_2011 phb_2013 "
    "chronicle_2012 cssn_2015 kazinform_2016 cnhan_2016 club99_2016 cucas_2016 govcn_2017 gmrb_2017 "
    "caci_2013 chinadaily_2016b chinadaily_2010 AIDCPD xinhua_ca_2025 diplomat_2023 P150 P151",
    "UIS": "uis_bilateral_360info uis_api_nemuulen uis_api_nemuulen_outbound uis_outbound_peijin",
    "IIE": "iie_open_doors_2025 uzdaily_od usemb_tjk_2015",
    "IDS": "ids_dod_one one_net_flows",
    "AIDDATA": "gcdf3_odadata gcdf3_geo aiddata_sca gcof1 AIDFIN page_aiddata_40393 page_aiddata_46348 "
    "page_aiddata_46211 aiddata_43845 E2_AID_39567 E2_AID_40063 E2_AID_43724 E2_AID_53930 E2_AID_96271 "
    "page_insightpost",
    "WDI": "DATASETS_GDP DATASETS_POP WDI_2025_KARENKLW OPENNUMBERS_WDI GAPMINDER_SG",
    "KAZ_NATIONAL_BANK": "wiiw_kaz_fdi page_quotedbusiness page_shepherd_2022 P103 P104",
    "CHN_MOFCOM": "page_people_2013 page_people_2022 page_newsca_2023 page_globaltimes_2023 page_caiding5 "
    "page_people_20190614 P100",
    "EDB": "PRESS_TIMESCA_EDB_2025 page_newsca_2025 page_newsca_tur_2025 P098 P105 P106 P112 M_EDB14 M_EDB17 M_EDB17B",
    "GALLUP": "M_GAL_US M_GAL_CN M_AP11 M_SPUT20 M_POANDPO M_PLPOST M_PRAVDA26 M_PON_SINO P130 P133 P136 "
    "E1_GALLUP_2015",
    "IRI": "M_IRI18A M_IRI18B M_IRI19 M_IRI21A M_IRI21B",
    "KGZ_FINANCE_MINISTRY": "page_24kg_78255 page_centralasianlight_2024",
    "US_STATE_HISTORIAN": "M_HAS_T M_HAS_V",
    "HSK_CTI": "hsk_2025 P152",
    "PUTIN_2022_10": "P096",
}
ORIGIN_NOTE = {
    "IDS": "both rest on the World Bank's International Debt Statistics (one_net_flows also on OECD grants)",
    "CHN_CUSTOMS": "all carry what China's customs published, by way of the IMF, the UN, the press or arithmetic on it",
    "CHN_MOE": "all repeat counts of China's education ministry; AIDCPD equals its cells where they overlap",
    "WDI": "all are copies of World Development Indicators; GAPMINDER_SG adds energy series",
    "GALLUP": "all quote the Gallup World Poll",
    "COMTRADE": "both are exporters' own reports to UN Comtrade",
}

KIND = {
    "official": "KAZ_BNS KGZ_NSC UZB_STAT RUS_FTS EUROSTAT_EU27_EXP GACC_2024 GACC_2025 FBK M_HAS_T M_HAS_V M_FA2025B "
    "moe_2018 moe_2018_zh moe_2014 csc_2011 statkg_2022 mfa_2023 page_state_ics_2014 usemb_tjk_2015",
    "compiled": "WTO_HSM COMTRADE_2021X PENPPML UNCTAD_TMATRIX IMF_IMTS_CHN_M WITS_CHN_2022X WITS_CA_IMPORTS "
    "KAZ_WITS_BNS_PANEL ISHAPATRO_GTD CEPII_GEODIST DATASETS_GDP DATASETS_POP WDI_2025_KARENKLW GAPMINDER_SG "
    "OPENNUMBERS_WDI EI_BP_DDF BP2015 BP2017 BP2018 BP2019 BP2020 BP2021 BP2022 EI2023 EI2024 UNGA AIDCPD "
    "AIDFIN ids_dod_one one_net_flows gcdf3_odadata gcdf3_geo aiddata_sca gcof1 wiiw_kaz_fdi M_GFDC25 M_LPV26 "
    "moe_brief_stats_peijin uis_bilateral_360info uis_api_nemuulen uis_outbound_peijin iie_open_doors_2025 "
    "bridash_ci_2022",
    "derived": "GACC_2023_DERIVED DERIVED_TURNOVER_2018 DERIVED_TURNOVER_2017 COW_MIRROR_DERIVED WITS_SHARE_DERIVED "
    "WITS_SHARE_X_FTS moe_brief_stats_peijin_sum uis_api_nemuulen_outbound",
    "survey": "M_GAL_US M_GAL_CN M_LPI M_IRI18A M_IRI18B M_IRI19 M_IRI21A M_IRI21B M_MV12 M_MV14 M_EDB14 M_EDB17 "
    "M_EDB17B P132 P135",
}
DOCUMENT = (
    r"Department of State|Ministry|Embassy|MFA|Akorda|Secretariat|USAID|Congressional|State Council|Adilet|"
    r"Presidency|Press Information Bureau|Database|White House|Government|Commission|Council of|Kremlin|"
    r"university|journal|review|institute|Carnegie|Jamestown|DTIC|thesis|Quarterly|Yearbook|Osteuropa|"
    r"World Bank|OECD|Amnesty|Human Rights|AidData|Export-Import|NED|Foundation|Center|Centre"
)

# (lag in days after the end of the year, basis, reason)
CUSTOMS = "Chinese customs publish December by country in the second half of January"
LAG = {
    "GACC_2024": (20, "calendar", CUSTOMS),
    "GACC_2025": (20, "calendar", CUSTOMS),
    "GACC_2023_DERIVED": (
        385,
        "calendar",
        "needs the release of the following December, from which 2023 is worked back",
    ),
    "DERIVED_TURNOVER_2018": (
        180,
        "assumed",
        "rests on press figures printed up to June of the following year",
    ),
    "DERIVED_TURNOVER_2017": (
        545,
        "assumed",
        "rests on growth rates printed up to June 2019, a year and a half later",
    ),
    "COW_MIRROR_DERIVED": (
        730,
        "assumed",
        "the parent data set appears about two years after the year it covers",
    ),
    "WITS_CHN_2022X": (
        120,
        "assumed",
        "China's annual report reaches the UN database within four months",
    ),
    "WITS_CA_IMPORTS": (
        180,
        "assumed",
        "annual reports to the UN database appear within half a year",
    ),
    "WITS_SHARE_DERIVED": (
        365,
        "assumed",
        "needs two annual databases; the second is complete after about a year",
    ),
    "WITS_SHARE_X_FTS": (
        365,
        "assumed",
        "needs an annual UN database and Russian customs; complete after about a year",
    ),
    "IMF_IMTS_CHN_M": (90, "calendar", "the IMF takes monthly Chinese figures within three months"),
    "WTO_HSM": (
        180,
        "calendar",
        "importers notify annual figures to the WTO by the middle of the following year",
    ),
    "COMTRADE_2021X": (
        120,
        "assumed",
        "most exporters' annual reports reach the UN database within four months",
    ),
    "PENPPML": (
        365,
        "assumed",
        "UN Comtrade is complete for most exporters about a year after the year",
    ),
    "UNCTAD_TMATRIX": (
        365,
        "assumed",
        "the matrix with estimates for non-reporters follows about a year after the year",
    ),
    "KAZ_BNS": (60, "calendar", "the bureau publishes December by country at the end of February"),
    "KAZ_WITS_BNS_PANEL": (
        60,
        "calendar",
        "the newest part is the bureau's series; December by country at the end of February",
    ),
    "KGZ_NSC": (
        75,
        "calendar",
        "the committee publishes trade of the year by country in mid-March",
    ),
    "UZB_STAT": (
        60,
        "calendar",
        "the agency publishes trade of the year by country by the end of February",
    ),
    "RUS_FTS": (
        50,
        "calendar",
        "Russian customs published the year by country in the second half of February",
    ),
    "EUROSTAT_EU27_EXP": (60, "calendar", "Comext holds December by the end of February"),
    "ISHAPATRO_GTD": (
        180,
        "assumed",
        "no publisher; figures like these stand in annual databases within half a year",
    ),
    "DATASETS_GDP": (
        182,
        "calendar",
        "World Development Indicators bring the year in the update of 1 July",
    ),
    "DATASETS_POP": (
        182,
        "calendar",
        "World Development Indicators bring the year in the update of 1 July",
    ),
    "WDI_2025_KARENKLW": (
        182,
        "calendar",
        "World Development Indicators bring the year in the update of 1 July",
    ),
    "OPENNUMBERS_WDI": (
        182,
        "calendar",
        "World Development Indicators bring the year in the update of 1 July",
    ),
    "GAPMINDER_SG": (
        182,
        "calendar",
        "World Development Indicators bring the year in the update of 1 July",
    ),
    **dict.fromkeys(
        [
            "EI_BP_DDF",
            "BP2015",
            "BP2017",
            "BP2018",
            "BP2019",
            "BP2020",
            "BP2021",
            "BP2022",
            "EI2023",
            "EI2024",
        ],
        (
            180,
            "calendar",
            "the Statistical Review appears in June or early July; an edition also holds earlier years",
        ),
    ),
    "UNGA": (
        30,
        "assumed",
        "votes are public on the day; scores can be computed soon after the session's main part",
    ),
    "ids_dod_one": (
        350,
        "calendar",
        "International Debt Statistics appear in December of the following year",
    ),
    "one_net_flows": (
        350,
        "calendar",
        "International Debt Statistics and final OECD grants appear in December of the following year",
    ),
    "moe_brief_stats_peijin": (
        150,
        "calendar",
        "the ministry releases the year's figures between March and June",
    ),
    "moe_brief_stats_peijin_sum": (
        150,
        "calendar",
        "the ministry releases the year's figures between March and June",
    ),
    "moe_2014": (
        150,
        "calendar",
        "the ministry releases the year's figures between March and June",
    ),
    "moe_2018_zh": (
        150,
        "calendar",
        "the ministry releases the year's figures between March and June",
    ),
    "csc_2011": (
        150,
        "calendar",
        "the ministry releases the year's figures between March and June",
    ),
    "AIDCPD": (
        365,
        "assumed",
        "student counts follow the yearbook of the ministry, printed in the year after",
    ),
    "AIDFIN": (730, "assumed", "AidData codes a year about two years later"),
    "uis_bilateral_360info": (270, "calendar", "UIS refreshes its education data in September"),
    "uis_api_nemuulen": (270, "calendar", "UIS refreshes its education data in September"),
    "uis_api_nemuulen_outbound": (270, "calendar", "UIS refreshes its education data in September"),
    "uis_outbound_peijin": (270, "calendar", "UIS refreshes its education data in September"),
    "iie_open_doors_2025": (
        0,
        "calendar",
        "Open Doors appears in November of the calendar year in which the academic year ends",
    ),
    "wiiw_kaz_fdi": (
        120,
        "calendar",
        "the National Bank publishes end-year stocks by country at the end of April",
    ),
    "M_FA2025B": (
        90,
        "assumed",
        "the portal holds most of a US fiscal year, which ends in September, by the end of March",
    ),
    "M_HAS_T": (
        30,
        "assumed",
        "trips are announced when they happen; the office lists them within weeks",
    ),
    "M_HAS_V": (
        30,
        "assumed",
        "visits are announced when they happen; the office lists them within weeks",
    ),
    "M_GAL_US": (
        180,
        "assumed",
        "Gallup publishes the ratings of a year by the spring or early summer of the next",
    ),
    "M_GAL_CN": (
        180,
        "assumed",
        "Gallup publishes the ratings of a year by the spring or early summer of the next",
    ),
    "M_LPI": (
        180,
        "assumed",
        "the index of a year appeared in the first half of that year; half a year is a cautious bound",
    ),
    "FBK": (365, "assumed", "the fact book takes partner shares of a year about a year later"),
    "CEPII_GEODIST": (0, "assumed", "distance and borders do not change over the years covered"),
}
PUBLISHED = {  # one publication each, its date known
    "gcdf3_odadata": "2023-11",
    "gcdf3_geo": "2023-11",
    "aiddata_sca": "2019",
    "gcof1": "2017",
    "M_GFDC25": "2025-05",
    "M_LPV26": "2026",
    "M_CNR_TTO": "2019-04-22",
    "P019": "2025-11-06",
}
EDITION = {
    "ids_dod_one": "2025-12",
    "M_FA2025B": "2025-12",
    "UNGA": "2024-06",
    "EI_BP_DDF": "2025",
    "FBK": "2026-05-17",
    "COMTRADE_2021X": "2023-03",
    "BP2015": "2015-06",
    "BP2017": "2017-06",
    "BP2018": "2018-06",
    "BP2019": "2019-06",
    "BP2020": "2020-06",
    "BP2021": "2021-07",
    "BP2022": "2022-06",
    "EI2023": "2023-06",
    "EI2024": "2024-06",
    "uis_bilateral_360info": "2022",
    "iie_open_doors_2025": "2025",
    "WDI_2025_KARENKLW": "2025",
    "gcdf3_odadata": "2023-11",
    "gcdf3_geo": "2023-11",
    "M_GFDC25": "2025-05",
}
DATA_YEAR_IN_NAME = {  # the year in these names is that of the data, not of the page
    "phb_2013",
    "cssn_2015",
    "cnhan_2016",
    "club99_2016",
    "cucas_2016",
    "govcn_2017",
    "gmrb_2017",
    "kazinform_2016",
    "koreaherald_2016",
    "moe_2014",
    "csc_2011",
    "hedclub_2018",
    "chronicle_2012",
    "page_fudan_2019",
    "page_trend_uzb_2023",
    "page_trend_kgz_2023",
    "page_trend_kgz_2024",
}
