"""What LibreOffice Calc does for the pictures.

    python3 calc.py fill IN.xlsx OUT.xlsx LANG   fills in a template of okrsync's
    python3 calc.py sheet OUT.xlsx LANG          makes a sheet with usual mistakes
    python3 calc.py draw IN.xlsx 0 A:F LANG > PDF
                                                 prints columns of the first sheet, with the
                                                 letters and numbers of the cells
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

XLSX = "Calc MS Excel 2007 XML"
FONTS = {"zh": "Noto Sans CJK SC", "en": "DejaVu Sans"}
LOWEST = 600  # a row of one line, in hundredths of a millimetre

# What is filled into the white columns of the template.
FILLED = {"J2": 1980.5, "J3": 96, "I5": 400, "J5": 310, "J7": 28, "J9": 3.6, "J10": 36.5}

ID = "71135082219479040%02d"

# The sheet that somebody might send. A text is a text there, a number a number, and a
# pair a number with its format.
SHEETS = {
    "zh": (
        "2026 年第四季度经营指标（11 月）",
        ("指标项ID", "部门", "指标", "目标值", "当前值", "备注"),
        [
            (ID % 1, "华东销售", "销售收入", 2400, 1980.5, "上调目标"),
            (ID % 2, "华南销售", "新增客户", None, 96, ""),
            (ID % 3, "客服", "客户满意度", None, (0.92, "0%"), ""),
            (ID % 4, "市场", "有效线索", "待定", 310, "目标下周定"),
            (7113508221947904005.0, "研发", "版本发布", None, 8, ""),
            (ID % 6, "人力", "关键岗位到岗", None, 28, ""),
            (ID % 7, "采购", "降本金额", None, 180, ""),
            (ID % 7, "采购", "降本金额", None, 208, "补报"),
            (ID % 8, "物流", "配送时长", None, 4.2, ""),
            (ID % 9, "财务", "回款天数", None, 36.5, ""),
            ("合计", "", "", 2400, None, ""),
        ],
    ),
    "en": (
        "Key figures, fourth quarter of 2026 (November)",
        ("Metric item ID", "Department", "Metric", "Target value", "Current value", "Remarks"),
        [
            (ID % 1, "Sales East", "Revenue", 2400, 1980.5, "target raised"),
            (ID % 2, "Sales South", "New customers", None, 96, ""),
            (ID % 3, "Support", "Satisfaction", None, (0.92, "0%"), ""),
            (ID % 4, "Marketing", "Leads", "TBD", 310, "decided next week"),
            (7113508221947904005.0, "Engineering", "Releases", None, 8, ""),
            (ID % 6, "HR", "Key hires", None, 28, ""),
            (ID % 7, "Purchasing", "Savings", None, 180, ""),
            (ID % 7, "Purchasing", "Savings", None, 208, "late figures"),
            (ID % 8, "Logistics", "Delivery time", None, 4.2, ""),
            (ID % 9, "Finance", "Days to payment", None, 36.5, ""),
            ("Total", "", "", 2400, None, ""),
        ],
    ),
}


def options(**values):
    made = []
    for name, value in values.items():
        p = PropertyValue()
        p.Name, p.Value = name, value
        made.append(p)
    return tuple(made)


def fill(desktop, source, target, lang):
    book = load(desktop, source)
    sheet = book.Sheets.getByIndex(0)
    for name, value in FILLED.items():
        cell = sheet.getCellRangeByName(name)
        if cell.CellProtection.IsLocked:
            sys.exit(f"{name} is locked")
        cell.setValue(value)
    save(book, target)


def sheet(desktop, target, lang):
    title, heads, rows = SHEETS[lang]
    book = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, options(Hidden=True))
    sheet = book.Sheets.getByIndex(0)
    sheet.setName("11 月" if lang == "zh" else "November")
    place = sheet.getCellByPosition(0, 0)
    place.setString(title)
    place.CharWeight, place.CharHeight, place.CharWeightAsian, place.CharHeightAsian = 150, 13, 150, 13
    for column, head in enumerate(heads):
        cell = sheet.getCellByPosition(column, 1)
        cell.setString(head)
        cell.CharWeight, cell.CharWeightAsian, cell.CellBackColor = 150, 150, 0xDDE7F3
    for i, row in enumerate(rows):
        for column, value in enumerate(row):
            enter(book, sheet.getCellByPosition(column, 2 + i), value, text=column == 0)
    for column, width in enumerate((5200, 3000, 3600, 3000, 3200, 4000)):  # hundredths of a millimetre
        sheet.Columns.getByIndex(column).Width = width
    save(book, target)


def enter(book, cell, value, text):
    number_format = {True: "@", False: "General"}[text and isinstance(value, str)]
    if isinstance(value, tuple):
        value, number_format = value
    cell.NumberFormat = format_key(book, number_format)
    if isinstance(value, str):
        cell.setString(value)
    elif value is not None:
        cell.setValue(value)


def format_key(book, code):
    formats, locale = book.NumberFormats, uno.createUnoStruct("com.sun.star.lang.Locale")
    locale.Language, locale.Country = "en", "US"
    key = formats.queryKey(code, locale, False)
    return key if key != -1 else formats.addNew(code, locale)


def draw(desktop, source, index, columns, lang):
    book = load(desktop, source)
    shown = book.Sheets.getByIndex(int(index))
    for name in book.Sheets.ElementNames:
        if name != shown.Name:
            book.Sheets.removeByName(name)
    template = shown.isProtected()
    shown.unprotect("")
    used = shown.createCursor()
    used.gotoEndOfUsedArea(False)
    first, _, last = columns.partition(":")
    area = shown.getCellRangeByName(f"{first}1:{last}{used.RangeAddress.EndRow + 1}")
    tidy(area, FONTS[lang])
    if template:
        fit(area.Columns)
    shown.setPrintAreas((area.RangeAddress,))
    page = book.StyleFamilies.getByName("PageStyles").getByName(shown.PageStyle)
    page.IsLandscape, page.Width, page.Height = True, 90000, 40000
    page.PrintHeaders, page.PrintGrid, page.HeaderIsOn, page.FooterIsOn = True, False, False, False
    page.ScaleToPagesX, page.ScaleToPagesY, page.PageScale = 0, 0, 100
    handle, target = tempfile.mkstemp(suffix=".pdf")
    os.close(handle)
    book.storeToURL(uno.systemPathToFileUrl(target), options(FilterName="calc_pdf_Export"))
    book.close(True)
    with open(target, "rb") as pdf:
        shutil.copyfileobj(pdf, sys.stdout.buffer)
    os.remove(target)


def tidy(area, font):
    """Lets cells look as on a screen of somebody who has the fonts: one font for all, rows
    as high as it needs, and lines between the cells."""
    area.CharFontName = area.CharFontNameAsian = font
    line = uno.createUnoStruct("com.sun.star.table.BorderLine2")
    line.Color, line.OuterLineWidth, line.LineWidth = 0xC4C8CE, 18, 18
    for side in ("TopBorder", "BottomBorder", "LeftBorder", "RightBorder"):
        area.setPropertyValue(side, line)
    borders = area.TableBorder2
    borders.HorizontalLine = borders.VerticalLine = line
    borders.IsHorizontalLineValid = borders.IsVerticalLineValid = True
    area.TableBorder2 = borders
    area.setPropertyValue("VertJustify", 1)  # the top
    area.Rows.OptimalHeight = True
    for i in range(area.Rows.Count):
        row = area.Rows.getByIndex(i)
        row.Height = max(row.Height, LOWEST)


def fit(columns):
    """Makes columns as wide as what stands in them, as a double click on their edges does."""
    for i in range(columns.Count):
        column = columns.getByIndex(i)
        column.OptimalWidth = True
        column.Width += 300


def load(desktop, name):
    book = desktop.loadComponentFromURL(uno.systemPathToFileUrl(os.path.abspath(name)), "_blank", 0, options(Hidden=True))
    if book is None:
        sys.exit(f"{name} cannot be opened")
    return book


def save(book, name):
    book.storeToURL(uno.systemPathToFileUrl(os.path.abspath(name)), options(FilterName=XLSX))
    book.close(True)


def connect(pipe):
    """Waits until LibreOffice listens, for a minute at the most."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            time.sleep(0.1)
    sys.exit("LibreOffice does not answer")


def main():
    work = {"fill": fill, "sheet": sheet, "draw": draw}[sys.argv[1]]
    profile = tempfile.mkdtemp()
    pipe = f"okrsync{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{profile}", f"--accept=pipe,name={pipe};urp;"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        work(connect(pipe), *sys.argv[2:])
    finally:
        os.killpg(office.pid, signal.SIGKILL)  # soffice is a script around the program
        office.wait()
        shutil.rmtree(profile, ignore_errors=True)


main()
