// Walks the status pages of the demo in Chromium; see browser.py.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [, , wiredesk, executablePath, shots, scratch] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PATIENCE = 60_000;
const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 360, height: 740 } },
};

const faults = [];
const check = (holds, what) => {
  console.log(`${holds ? "ok" : "FAILED"}: ${what}`);
  if (!holds) faults.push(what);
};

// The demo, once it says where its pages are.
const demo = () => new Promise((resolve, reject) => {
  const child = spawn(wiredesk, ["demo", "--web", "--out", `${scratch}/demo`]);
  let said = "";
  const timer = setTimeout(() => reject(new Error(`the demo says nothing of pages:\n${said}`)), PATIENCE);
  child.stdout.on("data", (data) => {
    said += data;
    const place = said.match(/The status pages are at (http:\S+)/);
    if (place) {
      clearTimeout(timer);
      resolve({ child, place: place[1], said: () => said });
    }
  });
  child.stderr.on("data", (data) => { said += data; });
  child.on("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said}`)));
});

const open = async (browser, look) => {
  const context = await browser.newContext(LOOKS[look]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("console", (message) => {
    if (message.type() === "error") check(false, `${look}: the browser says: ${message.text()}`);
  });
  page.on("pageerror", (error) => check(false, `${look}: the script broke: ${error}`));
  await page.addInitScript(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return page;
};

// What axe finds, what the policy refused, what is wider than the window, and a picture.
const look = async (page, name, look) => {
  const refused = await page.evaluate(() => window.refused);
  check(refused.length === 0, `${look} ${name}: the content policy refused nothing ${refused}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(wide <= 0, `${look} ${name}: nothing is wider than the window (${wide} px)`);
  await page.screenshot({ path: `${shots}/${name}-${look}.png`, fullPage: true });
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  check(violations.length === 0, `${look} ${name}: axe finds nothing ${told.join("; ")}`);
};

const walk = async (page, place, how) => {
  await page.goto(place);
  await page.getByRole("heading", { name: "Desk", level: 1 }).waitFor();
  await look(page, "desk", how);

  await page.getByRole("link", { name: /Halvern wants to keep improving ties/ }).click();
  await page.getByRole("heading", { name: "Carriers" }).waitFor();
  check(await page.locator("mark").count() > 0, `${how}: the shared text is marked`);
  check(await page.getByText("credits Quillon Press Service").count() > 0, `${how}: the agency is named with its words`);
  await look(page, "story", how);

  await page.getByRole("link", { name: /^explain/ }).last().click();
  await page.getByRole("heading", { name: "Copies" }).waitFor();
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByRole("heading", { name: /as it is now, is (not )?true of this article/ }).waitFor();
  await page.locator("details").first().evaluate((details) => { details.open = true; });
  await look(page, "explain", how);

  await page.getByRole("link", { name: "Try a query" }).click();
  const query = page.getByRole("textbox", { name: "Query" });
  await query.pressSequentially("Dorvistan Rampart");
  await page.getByText("This is not a query yet.").waitFor();
  check(/\^\^/.test(await page.locator("#answer pre").first().textContent()), `${how}: a caret shows the mistake`);
  await look(page, "mistake", how);
  await query.fill("Dorvistan AND Rampart");
  await page.getByRole("heading", { name: "Found" }).waitFor();
  check(await page.locator("#answer mark").count() > 1, `${how}: the words that match are marked`);
  check(/query = 'Dorvistan AND Rampart'/.test(await page.locator("#rule-text").textContent()), `${how}: it is there as TOML`);
  await look(page, "matches", how);

  for (const [name, heading] of [["Rules", "Rules"], ["Feeds", "Feeds"], ["Deliveries", "Deliveries"], ["Problems", /problem/i], ["Configuration", /Configuration 1/]]) {
    await page.getByRole("navigation").getByRole("link", { name }).click();
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
    await look(page, name.toLowerCase(), how);
  }
  await page.goto(`${place}/rules/dorvistan-rampart`);
  await look(page, "rule", how);
  await page.goto(`${place}/feeds/quillon`);
  await look(page, "feed", how);
};

// Without a script there is no live list, and all else works.
const plain = async (browser, place) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${place}/try`);
  await page.getByRole("textbox", { name: "Query" }).fill("Dorvistan AND Rampart");
  await page.getByRole("button", { name: "Try" }).click();
  check(await page.getByRole("heading", { name: "Found" }).count() === 1, "a query is tried without a script");
  await page.goto(place);
  await page.getByLabel("Rule", { exact: true }).selectOption("dorvistan-rampart");
  await page.getByRole("button", { name: "Show" }).click();
  check(await page.locator("ol.stories > li").count() > 0, "the desk is filtered without a script");
  await context.close();
};

const keys = async (page, place) => {
  await page.goto(place);
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement.textContent) === "Skip to the page", "the first key leads past the navigation");
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement.id) === "main", "and it does");
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let newsroom;
try {
  const first = await open(browser, "light");
  newsroom = await demo();
  const { place } = newsroom;
  await first.goto(place);
  await first.locator("li.fresh").first().waitFor();
  check(await first.getByText("Live:").count() === 1, "stories arrive live, and the page says so");
  await first.screenshot({ path: `${shots}/live-light.png`, fullPage: true });
  const ended = Date.now() + PATIENCE;
  while (!newsroom.said().includes("everything is left running") && Date.now() < ended) {
    await first.waitForTimeout(250);
  }
  await first.locator("li.told").first().waitFor();
  check(true, "what was told is marked while one looks");
  await walk(first, place, "light");
  for (const how of ["dark", "phone"]) await walk(await open(browser, how), place, how);
  await keys(first, place);
  await plain(browser, place);
} catch (error) {
  check(false, String(error));
} finally {
  if (newsroom) {
    newsroom.child.removeAllListeners("exit");
    const gone = new Promise((resolve) => newsroom.child.on("exit", resolve));
    newsroom.child.kill("SIGINT");
    check(await gone === 0, "the demo ends as it should");
  }
  await browser.close();
}
console.log(faults.length === 0 ? "the pages are as they should be" : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
