// Shows the schema of the API as a page on which one can try things, signed in as one is.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const theme = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.classList.toggle("dark-mode", theme === "dark");
  };
  paint();
  dark.addEventListener("change", paint);

  const place = document.getElementById("api");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    validatorUrl: null,
    requestInterceptor(request) {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      return Object.assign(request, { headers: { ...request.headers, ...headers } });
    },
  });
});
