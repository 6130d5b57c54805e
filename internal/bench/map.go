package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
	"github.com/gopatchwork/patchwork/e2e"
	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

//go:embed mapprobe.js
var mapProbe string

// frameLimit is the longest that the page may be busy with a frame of the map.
const frameLimit = 33 * time.Millisecond

// measureMap moves about on the map of the large project in its studio, as a hand does.
func measureMap(t *trial) {
	p := t.largeProject()
	p.addFeatures(t)
	served, _ := e2e.Serve(t, e2e.Program(t), p.dir)
	s := e2e.OpenStudio(t, e2e.StartBrowser(t), served.Link)
	s.Click("#showmap")
	pca := `() => { const kinds = document.querySelector("#map select"); kinds.value = "pca"; kinds.dispatchEvent(new Event("change")); return true }`
	s.Until("the map is to be quick to lay out", 30*time.Second, pca)
	s.Until("the map is there", 5*time.Minute, `() => document.querySelector("#map .works").hidden && !document.querySelector("#map .body").hasAttribute("data-none")`)
	s.Until("it is large", 30*time.Second, `() => { const b = [...document.querySelectorAll("#map button")].find((b) => b.textContent === "Larger"); b.click(); return b.ariaPressed === "true" }`)
	time.Sleep(time.Second)
	if _, err := s.Page.Eval(mapProbe); err != nil {
		t.Fatal(err)
	}
	res, err := s.Page.Eval(`() => { const r = document.querySelector("#map .pw-stage").getBoundingClientRect(); return JSON.stringify([r.x + r.width / 2, r.y + r.height / 2, r.width, r.height]) }`)
	t.must(err)
	var box [4]float64
	t.must(json.Unmarshal([]byte(res.Value.Str()), &box))
	how := fmt.Sprintf("headless Chromium, no graphics card, %d points on %.0f x %.0f pixels; what the page does in a frame", largeImages, box[2], box[3])
	mouse := s.Page.Mouse
	at := func(angle, part float64) proto.Point {
		return proto.NewPoint(box[0]+part*box[2]/2*math.Cos(angle), box[1]+part*box[3]/2*math.Sin(angle))
	}
	// around draws with the button held down.
	around := func() {
		t.must(mouse.MoveTo(at(0, 0.8)))
		t.must(mouse.Down(proto.InputMouseButtonLeft, 1))
		for i := range 120 {
			t.must(mouse.MoveTo(at(2*math.Pi*float64(i)/120, 0.8)))
		}
		t.must(mouse.Up(proto.InputMouseButtonLeft, 1))
		time.Sleep(300 * time.Millisecond)
	}
	steps := []struct {
		name, what string
		do         func()
	}{
		{"pan", "a frame while the map is moved", around},
		{"zoom", "a frame while it is zoomed", func() {
			t.must(mouse.MoveTo(at(0, 0.2)))
			for i := range 120 {
				t.must(mouse.Scroll(0, map[bool]float64{true: -60, false: 60}[i < 60], 1))
			}
		}},
		{"lasso", "a frame while a lasso is drawn", func() { s.Press(input.KeyL); around() }},
		{"brush", "a frame while the brush paints", func() { s.Press(input.KeyB); around() }},
		{"selected", "a frame while it is moved, with a selection", func() { s.Press(input.KeyV); around() }},
		{"images", "a frame while it is moved, with images", func() { s.Press(input.KeyI); time.Sleep(2 * time.Second); around() }},
	}
	t.must(proto.PerformanceEnable{TimeDomain: proto.PerformanceEnableTimeDomainThreadTicks}.Call(s.Page))
	for _, step := range steps {
		_, err := s.Page.Eval(`() => { benchMap.frames = [] }`)
		t.must(err)
		busy := t.busy(s.Page)
		step.do()
		busy = t.busy(s.Page) - busy
		res, err := s.Page.Eval(`() => JSON.stringify(benchMap.frames)`)
		t.must(err)
		var ms []float64
		t.must(json.Unmarshal([]byte(res.Value.Str()), &ms))
		var ds []time.Duration
		for _, v := range ms {
			ds = append(ds, time.Duration(v*float64(time.Millisecond)))
		}
		t.report(byP95("map/"+step.name, step.what, frameLimit, ds, fmt.Sprintf("%s; %.1f ms of processor time a frame", how, 1000*busy/float64(max(1, len(ds))))))
	}
	sum := 0
	for _, path := range []string{"points", "codes"} {
		answer, err := http.Get(served.URL + "/map/" + path + "?token=" + served.Token)
		t.must(err)
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		t.must(err)
		sum += int(n)
	}
	t.report(Row{Name: "map/bytes", What: "places and colours that go to the page", Value: float64(sum) / 1e6, Unit: "MB", N: 1, How: "two uint16 and a byte for each image, uncompressed"})
}

// busy is how many seconds of a processor the page's thread has used.
func (t *trial) busy(page *rod.Page) float64 {
	t.Helper()
	got, err := proto.PerformanceGetMetrics{}.Call(page)
	t.must(err)
	for _, metric := range got.Metrics {
		if metric.Name == "TaskDuration" {
			return metric.Value
		}
	}
	t.Fatalf("the browser does not say how long the page was busy")
	return 0
}

// addFeatures gives each image a vector of its own, in twenty clusters.
func (p *project) addFeatures(t *trial) {
	t.Helper()
	const dim, clusters = 8, 20
	random := rand.New(rand.NewPCG(1, 2))
	centre := make([]float32, clusters*dim)
	for i := range centre {
		centre[i] = float32(random.NormFloat64())
	}
	x := make([]float32, p.index.Len()*dim)
	for i := range x {
		x[i] = centre[i/dim%clusters*dim+i%dim] + 0.25*float32(random.NormFloat64())
	}
	file := filepath.Join(p.dir, "vectors.npy")
	t.must(classify.WriteScores(file, x, p.index.Len(), dim))
	store, _, err := features.ImportNPY(t.ctx, file, p.index, features.ImportOptions{Dir: filepath.Join(p.dir, "features"), Name: "bench"})
	t.must(err)
	id := store.Spec().ID
	t.must(store.Close())
	settings, err := os.OpenFile(filepath.Join(p.dir, "project.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	t.must(err)
	_, err = fmt.Fprintf(settings, "features: %s\n", id)
	t.must(err)
	t.must(settings.Close())
}
