# SPDX-License-Identifier: BSL-1.0
"""Opens the pages of the site as files in headless Chromium.

usage: look.py SITE SCREENSHOTS

Every page in a narrow window: nothing but code and tables scrolls sideways, nothing is fetched from
elsewhere. The search finds a page. Screenshots of some pages, wide and narrow, light and dark.
"""
import pathlib
import sys

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WINDOWS = {"wide": (1400, 1000), "narrow": (400, 800)}
SHOWN = ["index", "tutorial", "how-to/own-store", "explanation/concurrency", "explanation/comparison",
         "reference/concepts", "reference/errors", "reference/api/driver/execute", "lifecycle"]


def main():
    site, screenshots = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    screenshots.mkdir(parents=True, exist_ok=True)
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking",
                 "disable-component-update", "disable-dev-shm-usage", "disable-sync", "no-first-run",
                 "hide-scrollbars"):
        options.add_argument(f"--{word}")
    browser = webdriver.Chrome(options=options)
    problems, pages = [], sorted(site.rglob("*.html"))

    def ask(script):
        return browser.execute_script(f"return {script}")

    try:
        for window, (width, height) in WINDOWS.items():
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
            for page in pages:
                name = page.relative_to(site).with_suffix("").as_posix()
                if name == "404" or (window == "wide" and name not in SHOWN):
                    continue
                browser.get(page.as_uri())
                if ask("document.documentElement.scrollWidth") > width:
                    problems.append(f"{name}: wider than a {window} window")
                elsewhere = ask("performance.getEntriesByType('resource').map(e => e.name)"
                                ".filter(n => !/^(file|blob|data):/.test(n))")
                problems += [f"{name}: fetches {url}" for url in elsewhere]
                for scheme in ("light", "dark") if name in SHOWN else ():
                    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
                    ask("sessionStorage.clear(), localStorage.clear()")
                    browser.get(page.as_uri())
                    browser.save_screenshot(
                        str(screenshots / f"{name.replace('/', '-')}-{window}-{scheme}.png"))
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": 1400, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        browser.get((site / "index.html").as_uri())
        browser.find_element(By.CSS_SELECTOR, ".md-search__input").send_keys("seat limit")
        WebDriverWait(browser, 20).until(
            lambda b: b.find_elements(By.CSS_SELECTOR, ".md-search-result__link"))
        found = [e.get_attribute("href")
                 for e in browser.find_elements(By.CSS_SELECTOR, ".md-search-result__link")]
        if not any("set_seats" in link for link in found):
            problems.append(f"the search for 'seat limit' does not find set_seats.hpp: {found}")
    finally:
        browser.quit()
    if problems:
        sys.exit("\n".join(problems))
    print(f"looked at {len(pages) - 1} pages; "
          f"{len(list(screenshots.iterdir()))} screenshots in {screenshots}")


if __name__ == "__main__":
    main()
