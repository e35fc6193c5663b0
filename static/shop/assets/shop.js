// The shop in the browser: finds what a page has, and hands it to the module that knows it.
// Every page works without this. Nothing here decides who gets a unit: it asks, and shows the answer.

import { showAccount } from "./account.js";
import { showSale } from "./index_view.js";
import { localiseTime } from "./local_time.js";
import { ProductView } from "./product_view.js";
import { awaitVerdict, goOn, resubmitLater } from "./waiting_pages.js";

const each = (selector, show) => document.querySelectorAll(selector).forEach((element) => show(element));

each("[data-account]", showAccount);
each("time[datetime]", localiseTime);
each("[data-view=sale]", showSale);
each("[data-view=product]", (root) => new ProductView(root));
each("[data-view=pending-order]", awaitVerdict);
each("[data-resubmit]", resubmitLater);
each("[data-go-on]", goOn);
// A page out of the back-forward cache may be older than the log-in.
addEventListener("pageshow", (event) => event.persisted && each("[data-account]", showAccount));
