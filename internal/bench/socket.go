package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/gopatchwork/patchwork/e2e"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// tab is what a page is to the studio's server: one WebSocket.
type tab struct {
	ws  *websocket.Conn
	seq int
}

// view is the part of the studio's view that is looked at here.
type view struct {
	Message string
	Grid    struct {
		Batch string
		Total int
		Tiles []struct {
			Row    int
			Values []int8
			Scores []*float64
		}
	}
}

// dial connects to a served studio and waits for its first view.
func dial(ctx context.Context, s e2e.Served) (*tab, error) {
	address := "ws" + strings.TrimPrefix(s.URL, "http") + "/ws?" + url.Values{"token": {s.Token}, "client": {"bench"}}.Encode()
	ws, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(64 << 20)
	_, _, err = ws.Read(ctx)
	return &tab{ws: ws}, err
}

// ask sends an event and reads until it is answered. The time is from before the event is encoded until the answer is
// read, which has to be decoded after that.
func (c *tab) ask(ctx context.Context, kind string, data any) (v view, took time.Duration, err error) {
	begun := time.Now()
	c.seq++
	e := host.Event{Seq: c.seq, ID: fmt.Sprintf("bench-%d-%d", begun.UnixNano(), c.seq), Kind: kind}
	if e.Data, err = json.Marshal(data); err != nil {
		return v, 0, err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return v, 0, err
	}
	if err := c.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return v, 0, err
	}
	for {
		_, text, err := c.ws.Read(ctx)
		if err != nil {
			return v, 0, err
		}
		took = time.Since(begun)
		var answer struct {
			ID, Error string
			Reply     view
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return v, 0, err
		}
		if answer.ID != e.ID {
			continue // something pushed to all pages
		}
		if answer.Error != "" {
			return v, 0, fmt.Errorf("the studio refused %s: %s", kind, answer.Error)
		}
		return answer.Reply, took, nil
	}
}

// setData labels one class of one image, as the page says it.
func setData(row, class int, value int8) any {
	type change struct {
		Row   int  `json:"row"`
		Class int  `json:"class"`
		Value int8 `json:"value"`
	}
	return struct {
		Changes []change `json:"changes"`
		Dwell   int64    `json:"dwell_ms"`
	}{[]change{{row, class, value}}, 1200}
}

// measureSocket labels and asks for batches through a served studio of the large project.
func measureSocket(t *trial) {
	p := t.largeProject()
	served, _ := e2e.Serve(t, e2e.Program(t), p.dir)
	page, err := dial(t.ctx, served)
	t.must(err)
	defer page.ws.CloseNow()

	for _, strategy := range []string{"entropy", "random"} {
		var ds []time.Duration
		for range 30 {
			v, took, err := page.ask(t.ctx, "sample", map[string]string{"strategy": strategy})
			t.must(err)
			if !strings.Contains(v.Message, strategy) || len(v.Grid.Tiles) != 16 || len(v.Grid.Tiles[0].Scores) != largeClasses {
				t.Fatalf("the studio said %q and showed %d images; want 16 by %s, with scores", v.Message, len(v.Grid.Tiles), strategy)
			}
			ds = append(ds, took)
		}
		t.report(byP95("socket/"+strategy, "next batch of 16 by "+strategy, 150*time.Millisecond, ds,
			"WebSocket to the studio's answer; 100,000 images, scores for 10 classes"))
	}

	v, _, err := page.ask(t.ctx, "next", nil)
	t.must(err)
	d := newDisk(t, p.dir)
	var ds []time.Duration
	for i := range labelCount {
		tile := v.Grid.Tiles[i%len(v.Grid.Tiles)]
		want := int8(1 - i/len(v.Grid.Tiles)%2)
		after, took, err := page.ask(t.ctx, "set", setData(tile.Row, largeClasses-1, want))
		t.must(err)
		if got := after.Grid.Tiles[i%len(v.Grid.Tiles)].Values[largeClasses-1]; got != want {
			t.Fatalf("after labelling %d the studio shows %d (%s)", want, got, after.Message)
		}
		ds = append(ds, took)
		t.must(d.turn())
	}
	t.report(d.beside("socket/label", "label acknowledged to the page", ds, "WebSocket to the acknowledgement at 100,000 images"))
	t.measurePages(page)
}

// measurePages shows all images in pages, scrolls through them, and labels 10,000 that were never on screen.
func (t *trial) measurePages(page *tab) {
	var opened, scrolled, bulk, undone []time.Duration
	_, _, err := page.ask(t.ctx, "sample", map[string]string{"strategy": "entropy"})
	t.must(err)
	for range 10 {
		v, took, err := page.ask(t.ctx, "pages", map[string]bool{"on": true})
		t.must(err)
		opened = append(opened, took)
		for i := range 20 {
			start := (i*7919 + 3000) % (v.Grid.Total - 60)
			w, took, err := page.ask(t.ctx, "page", map[string]any{"batch": v.Grid.Batch, "start": start, "count": 60})
			t.must(err)
			if len(w.Grid.Tiles) != 60 {
				t.Fatalf("asked for 60 images from %d on, the studio shows %d", start, len(w.Grid.Tiles))
			}
			scrolled = append(scrolled, took)
		}
		_, took, err = page.ask(t.ctx, "set", map[string]any{
			"batch": v.Grid.Batch, "spans": [][2]int{{20000, 20000 + bulkImages}}, "fill": []any{map[string]int{"class": largeClasses - 1, "value": 1}},
		})
		t.must(err)
		bulk = append(bulk, took)
		u, took, err := page.ask(t.ctx, "undo", nil)
		t.must(err)
		if want := fmt.Sprintf("on %d images", bulkImages); !strings.Contains(u.Message, want) {
			t.Fatalf("after undo the studio says %q, want it to name %q", u.Message, want)
		}
		undone = append(undone, took)
	}
	_, _, err = page.ask(t.ctx, "pages", map[string]bool{"on": false}) // for what is measured after it
	t.must(err)
	t.report(byP95("socket/pages", "all images in pages, by entropy", 0, opened, "WebSocket to the studio's answer with the first 60 of 100,000 images"))
	t.report(byP95("socket/scroll", "60 images of another place", 50*time.Millisecond, scrolled, "the same, as scrolling asks for them"))
	t.report(byP95("socket/bulk", "label 10,000 images at once", time.Second, bulk, "places in pages that the page has not seen; one event, on disk"))
	t.report(byP95("socket/bulk-undo", "undo of it", time.Second, undone, "the same"))
}

// bulkImages is how many images are labelled at once.
const bulkImages = 10000
