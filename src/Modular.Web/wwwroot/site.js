// Everything here is an extra: without it the pages work, only the live status does not.
(() => {
  "use strict";

  // Once the page goes on to somewhere, nothing else may send it to another place.
  let leaving = false;
  const leave = (go) => {
    if (!leaving) {
      leaving = true;
      go();
    }
  };
  addEventListener("pageshow", (event) => { leaving = leaving && !event.persisted; });

  const every = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // Devices' clocks are wrong by minutes; the page says what time it was when it was made.
  const behind = (Date.parse(document.body.dataset.now) || Date.now()) - Date.now();

  // Counts down, and goes on to where it says what came of it.
  every("[data-countdown]", (element) => {
    const end = Date.parse(element.dataset.countdown);
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now() - behind) / 1000));
      const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map((n) => String(n).padStart(2, "0"));
      element.textContent = left > 0 ? (left >= 3600 ? parts : parts.slice(1)).join(":") : element.dataset.over;
      element.classList.toggle("urgent", left < 60);
      if (left > 0) {
        setTimeout(tick, 1000 - ((Date.now() + behind) % 1000));
      } else {
        setTimeout(() => location.replace(element.dataset.then), 1500);
      }
    };
    element.hidden = false;
    tick();
  });

  // Copies the text of the element that the button names. Old web views have no clipboard for pages, so a selection helps out.
  every("[data-copy]", (button) => {
    const source = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const text = source.value ?? source.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        if (source.select) {
          source.select();
        } else {
          getSelection().selectAllChildren(source);
        }
        document.execCommand("copy");
      }
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  });

  // Goes on to the cashier. When the shopper comes back by the back button the page stays, so that they are not caught in a loop.
  const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!cameBack) {
    every("form[data-auto-submit]", (form) => form.requestSubmit());
    every("a[data-auto-follow]", (link) => location.assign(link.href));
  }

  // Pays inside WeChat. What WeChat's bridge says of the end is a hint that is sent along; the server asks and shows the truth.
  every("[data-wechat-pay]", (button) => {
    const parameters = JSON.parse(button.dataset.wechatPay);
    const form = document.getElementById("confirm-form");
    const pay = () => {
      button.disabled = true;
      WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, (result) => {
        const end = /:(ok|cancel)$/.exec(result?.err_msg ?? "");
        form.elements.hint.value = end ? end[1] : "fail";
        leave(() => form.submit());
      });
    };
    const ready = () => {
      clearTimeout(outside);
      document.getElementById(button.dataset.outside).hidden = true;
      button.disabled = false;
      button.addEventListener("click", pay);
      if (button.dataset.auto === "true" && !cameBack) {
        pay();
      }
    };
    // Elsewhere than in WeChat the bridge never comes.
    const outside = setTimeout(() => { document.getElementById(button.dataset.outside).hidden = false; }, 4000);
    if (window.WeixinJSBridge) {
      ready();
    } else {
      document.addEventListener("WeixinJSBridgeReady", ready, { once: true });
    }
  });

  // Watches the order and goes to its page as soon as it is not what this page knows any more.
  every("[data-events^=\"/\"]", (element) => {
    const { events, known, target } = element.dataset;
    let source = null;
    const watch = () => {
      source?.close();
      source = new EventSource(events);
      source.addEventListener("status", (event) => {
        if (JSON.parse(event.data).status !== known) {
          source.close();
          leave(() => location.replace(target));
        }
      });
    };
    watch();
    // Phones put pages to sleep while the shopper pays in another app; the first event of a new stream is the truth.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") {
        watch();
      }
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) {
        watch();
      }
    });
    addEventListener("pagehide", () => source?.close());
  });

  // On a phone the operators' places are one row that scrolls; where one is must be seen.
  every(".ops-nav [aria-current]", (place) => {
    const row = place.parentElement;
    row.scrollLeft = place.offsetLeft - row.offsetLeft - (row.clientWidth - place.offsetWidth) / 2;
  });

  // Something is finished on another page; whoever comes back from there sees what came of it.
  if (document.querySelector("[data-look-again]")) {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") {
        location.reload();
      }
    });
  }

  // A second click on a button that sends a form would send it twice.
  every("form[method=post]", (form) => form.addEventListener("submit", () => {
    const buttons = form.querySelectorAll("button[type=submit]");
    setTimeout(() => buttons.forEach((button) => { button.disabled = true; }));
    addEventListener("pageshow", () => buttons.forEach((button) => { button.disabled = false; }));
  }));
})();
