package main

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
	"github.com/gopatchwork/patchwork/e2e"
)

// turned is how many batches are shown before the page's memory is read, and how many screens are scrolled after that.
const turned = 200

// pageLimit is the most that a page may hold then, in MB of a million bytes.
const pageLimit = 300

// measureMemory turns over batch after batch in a fresh page of the large project's studio and reads what the process that
// draws the page then holds; then the same while all images are scrolled through in pages. Nearly every image is one that
// the page has not shown before.
func measureMemory(t *trial, served e2e.Served) {
	browser := e2e.StartBrowser(t)
	s := e2e.OpenStudio(t, browser, served.Link)
	if _, err := s.Page.Eval(probe); err != nil {
		t.Fatal(err)
	}
	pid := t.renderer(browser)
	first := t.held(s.Page, pid)
	after, most := t.watched(s.Page, pid, func(i int) {
		s.Press('\r')
		t.await(s, "batch", i+1)
		s.Saved()
	})
	t.reportMemory("page/memory", "memory of the page after 200 batches", s.Page, pid, first, after, most)

	s.Click("#pages")
	s.Until("all images are in pages", 30*time.Second, `() => document.querySelector(".pw-scroll").dataset.pages === "" && document.querySelectorAll(".pw-tile").length > 4`)
	after, most = t.watched(s.Page, pid, func(i int) {
		s.Press(input.PageDown)
		s.Until("the images of the next screen are drawn", 10*time.Second, `i => { window.benchScreens ??= new Set();
			const box = document.querySelector(".pw-scroll").getBoundingClientRect();
			const seen = [...document.querySelectorAll(".pw-tile")].filter((tile) => { const r = tile.getBoundingClientRect(); return r.bottom > box.top && r.top < box.bottom; });
			const images = seen.map((tile) => tile.querySelector("img"));
			if (!images.length || !images.every((image) => image.complete && image.naturalWidth > 0)) return false;
			seen.forEach((tile) => window.benchScreens.add(tile.dataset.row));
			return window.benchScreens.size > 4 * i }`, i)
	})
	t.reportMemory("page/scrolled", "the same after scrolling through 200 screens of images", s.Page, pid, first, after, most)
}

// watched does something as often as turned says and returns what the page holds then, and the most that was seen of each
// on the way.
func (t *trial) watched(page *rod.Page, pid int, step func(i int)) (after, most memory) {
	t.Helper()
	for i := range turned {
		step(i)
		if i%10 == 9 {
			after = t.held(page, pid)
			most = most.orMore(after)
		}
	}
	return after, most
}

// reportMemory adds a row. What is judged is what the page holds as it is; that after a collection says what it cannot let
// go of.
func (t *trial) reportMemory(name, what string, page *rod.Page, pid int, first, after, most memory) {
	t.Helper()
	left := t.settled(page, pid)
	t.report(Row{
		Name: name, What: what, Unit: "MB", Value: after.own, Target: pageLimit, N: 1,
		How: fmt.Sprintf("RssAnon, RssShmem and VmSwap of the page's renderer process; at first %.0f, at most %.0f, garbage collected %.0f; "+
			"VmRSS, with the code and files it shares, %.0f; JavaScript heap collected %.1f, at first %.1f; elements %d, at first %d; listeners %d, at first %d",
			first.own, most.own, left.own, after.all, left.heap, first.heap, left.nodes, first.nodes, left.listeners, first.listeners),
	})
}

// memory is what a page holds, in MB, and how many things it has.
type memory struct {
	own, all, heap   float64
	nodes, listeners int
}

// orMore takes the larger of each.
func (m memory) orMore(o memory) memory {
	return memory{max(m.own, o.own), max(m.all, o.all), max(m.heap, o.heap), max(m.nodes, o.nodes), max(m.listeners, o.listeners)}
}

// settled is what a page holds when it has had time to let go of what it does not need.
func (t *trial) settled(page *rod.Page, pid int) memory {
	t.Helper()
	t.must(proto.HeapProfilerCollectGarbage{}.Call(page))
	time.Sleep(time.Second) // what the collector found is freed behind it
	t.must(proto.HeapProfilerCollectGarbage{}.Call(page))
	return t.held(page, pid)
}

// held reads what a page holds now.
func (t *trial) held(page *rod.Page, pid int) (m memory) {
	t.Helper()
	t.must(proto.PerformanceEnable{}.Call(page))
	got, err := proto.PerformanceGetMetrics{}.Call(page)
	t.must(err)
	for _, metric := range got.Metrics {
		switch metric.Name {
		case "JSHeapUsedSize":
			m.heap = metric.Value / 1e6
		case "Nodes":
			m.nodes = int(metric.Value)
		case "JSEventListeners":
			m.listeners = int(metric.Value)
		}
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	t.must(err)
	m.own, m.all, err = sizesOf(status)
	t.must(err)
	return m
}

// sizesOf reads from /proc/PID/status what a process holds, in MB: own is all but the code and files it maps, which it
// shares with others of its kind, and with what was swapped out; all is what of it is in memory, with code and files.
//
// Errors: a line is missing.
func sizesOf(status []byte) (own, all float64, err error) {
	sum := func(names ...string) float64 {
		total := 0
		for _, name := range names {
			found := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(status)
			if found == nil {
				err = fmt.Errorf("/proc/PID/status has no line %q with a size in kB:\n%s", name, status)
				return 0
			}
			kB, _ := strconv.Atoi(string(found[1])) // digits
			total += kB
		}
		return float64(total) * 1024 / 1e6
	}
	return sum("RssAnon", "RssShmem", "VmSwap"), sum("VmRSS"), err
}

// renderer is the process that draws the browser's only page.
func (t *trial) renderer(browser *rod.Browser) (pid int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("reads the memory of the page's process in /proc, which only Linux has")
	}
	got, err := proto.SystemInfoGetProcessInfo{}.Call(browser)
	t.must(err)
	largest := 0.0
	for _, process := range got.ProcessInfo {
		if process.Type != "renderer" {
			continue
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.ID))
		t.must(err)
		own, _, err := sizesOf(status)
		t.must(err)
		if own > largest {
			largest, pid = own, process.ID
		}
	}
	if pid == 0 {
		t.Fatalf("the browser names no renderer among its %d processes", len(got.ProcessInfo))
	}
	return pid
}
