"""Fills cells of a workbook as a person at LibreOffice Calc would, and saves it.

    python3 fill.py IN.xlsx OUT.xlsx CELL=VALUE…

A value that is a number is entered as one, anything else as text. A cell that is
locked in a protected sheet cannot be filled, which is an error. The cells are those
of the first sheet.
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


def option(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p


def connect(pipe):
    """Waits until LibreOffice listens, for a minute at the most."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    sys.exit("LibreOffice does not answer")


def fill(context, source, target, cells):
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    book = desktop.loadComponentFromURL(uno.systemPathToFileUrl(source), "_blank", 0, (option("Hidden", True),))
    if book is None:
        sys.exit(f"{source} cannot be opened")
    sheet = book.Sheets.getByIndex(0)
    for cell in cells:
        name, _, value = cell.partition("=")
        place = sheet.getCellRangeByName(name)
        if sheet.isProtected() and place.CellProtection.IsLocked:
            book.close(True)
            sys.exit(f"{name} is locked")
        place.setFormula(value)
    book.storeToURL(uno.systemPathToFileUrl(target), (option("FilterName", "Calc MS Excel 2007 XML"),))
    book.close(True)


def main():
    source, target = map(os.path.abspath, sys.argv[1:3])
    profile = tempfile.mkdtemp()
    pipe = f"okrsync{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{profile}", f"--accept=pipe,name={pipe};urp;"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        fill(connect(pipe), source, target, sys.argv[3:])
    finally:
        os.killpg(office.pid, signal.SIGKILL)  # soffice is a script around the program
        office.wait()
        shutil.rmtree(profile, ignore_errors=True)


main()
