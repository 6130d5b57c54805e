package widgets

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// browser starts a headless Chromium, or skips the test where there is none.
func browser(t *testing.T) *rod.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser; not in short mode")
	}
	return browsertest.Chromium(t)
}

// fixture serves testdata/fixture.html with the assets, the chart library and a chart.
func fixture(t *testing.T) string {
	t.Helper()
	c := lossChart(40)
	option, err := c.Option()
	if err != nil {
		t.Fatal(err)
	}
	uri, err := c.DataURI()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	static := func(prefix string, h http.Handler) {
		mux.Handle(prefix, http.StripPrefix(prefix, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".mjs") {
				w.Header().Set("Content-Type", "text/javascript")
			}
			h.ServeHTTP(w, r)
		})))
	}
	static("/assets/", http.FileServerFS(Assets))
	static("/testdata/", http.FileServer(http.Dir("testdata")))
	mux.HandleFunc("/picture/{n}", func(w http.ResponseWriter, r *http.Request) { // small, so that many fit
		n, _ := strconv.Atoi(r.PathValue("n"))
		side := 240
		if r.URL.Query().Has("full") {
			side = 1600
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 240 180"><rect width="240" height="180" fill="hsl(%d 35%% 45%%)"/><circle cx="%d" cy="%d" r="30" fill="hsl(%d 40%% 30%%)"/><text x="12" y="168" font-size="28" fill="#fff">%d</text></svg>`,
			side, side*3/4, n*47%360, 40+n*29%160, 40+n*53%90, n*91%360, n)
	})
	mux.HandleFunc("/chart.json", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"option": option, "svg": uri})
	})
	mux.HandleFunc("/echarts.js", func(w http.ResponseWriter, _ *http.Request) {
		js, _ := EChartsJS()
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(js)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/testdata/fixture.html"
}

// open loads the fixture and waits until it is drawn. Errors on the page fail the test.
func open(t *testing.T, b *rod.Browser, url string, dark bool) *rod.Page {
	t.Helper()
	page := b.MustPage("").Timeout(40 * time.Second)
	page.MustSetViewport(1240, 1010, 1, false)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	if err := (proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}).Call(page); err != nil {
		t.Fatal(err)
	}
	go page.EachEvent(func(e *proto.RuntimeExceptionThrown) {
		t.Errorf("the page threw: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
	})()
	page.MustNavigate(url).MustElement("body[data-ready]")
	return page
}

// shot keeps a picture of the page in build/screenshots, for a person to look at.
func shot(t *testing.T, page *rod.Page, name string) {
	t.Helper()
	time.Sleep(200 * time.Millisecond) // what fades in is there then
	browsertest.Screenshot(t, page, "widgets-"+name)
}
