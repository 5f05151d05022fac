// Plays the part that WeChat's own browser plays inside a shop's page. The page's content security policy lets nothing be
// fetched from elsewhere, so this only opens the sandbox's cashier in a window and waits for its message.
(() => {
  'use strict';
  const sandbox = '{{sandbox}}';
  const request = 'getBrandWCPayRequest';
  const answer = 'get_brand_wcpay_request';
  if (window.WeixinJSBridge || window !== window.top || location.origin === sandbox) return;

  /** One run of the cashier; the callback is called once, whatever comes first. */
  function pay(parameters, callback) {
    const session = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('');
    const query = new URLSearchParams({ ...parameters, page: location.href.split('#')[0], session });
    const address = `${sandbox}/wechat/jsapi?${query}`;
    let cashier = null;
    let over = false;

    const finish = (result) => {
      if (over) return;
      over = true;
      clearInterval(watch);
      window.removeEventListener('message', listen);
      callback(result);
    };
    const listen = (event) => {
      const { data } = event;
      if (event.origin !== sandbox || event.source !== cashier || data?.kind !== 'wechat-jsapi' || data.session !== session) return;
      finish(data.result);
    };
    // Closing the window is what the back button is on a phone.
    const watch = setInterval(() => {
      if (cashier?.closed) finish({ err_msg: `${answer}:cancel` });
    }, 200);
    const open = () => {
      cashier = window.open(address, `wechat-${session}`, 'popup,width=420,height=760');
      return cashier !== null;
    };

    window.addEventListener('message', listen);
    if (!open()) askForClick(open);
  }

  /** Where a browser opens windows after a click only, there is something to click. */
  function askForClick(open) {
    const button = document.createElement('button');
    button.type = 'button';
    button.id = 'sandbox-open-wechat';
    button.textContent = '打开微信支付沙箱 · Open the WeChat sandbox';
    button.addEventListener('click', () => { if (open()) button.remove(); });
    document.body.prepend(button);
  }

  const bridge = {
    invoke(name, parameters, callback = () => {}) {
      if (name === request) pay(parameters, callback);
      else callback({ err_msg: `${name}:fail`, err_desc: 'the sandbox knows getBrandWCPayRequest only' });
    },
    on() {},
    call() {},
    log() {},
  };

  // Later than the page's own scripts, as on a phone: a page that does not wait for the event finds nothing.
  const appear = () => setTimeout(() => {
    window.WeixinJSBridge = bridge;
    document.dispatchEvent(new Event('WeixinJSBridgeReady'));
  }, 50);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', appear);
  else appear();
})();
