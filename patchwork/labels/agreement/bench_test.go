package agreement

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// crowd is a project of 100,000 images and 20 classes that three people have labelled completely, an image at a time,
// with one error in twenty.
func crowd(b *testing.B) *labels.Store {
	b.Helper()
	const images, classes = 100_000, 20
	var names []string
	for c := range classes {
		names = append(names, fmt.Sprint("class ", c))
	}
	p := newProject(b, images, names...)
	if err := os.MkdirAll(filepath.Join(p.dir, "journal"), 0o755); err != nil {
		b.Fatal(err)
	}
	for i, name := range []string{"anna", "bob", "carol"} {
		f, err := os.Create(filepath.Join(p.dir, "journal", name+".jsonl"))
		if err != nil {
			b.Fatal(err)
		}
		w := bufio.NewWriter(f)
		fmt.Fprintf(w, `{"patchwork":"journal","version":1,"annotator":%q}`+"\n", name)
		noise := rand.New(rand.NewPCG(1, uint64(i)))
		truth := rand.New(rand.NewPCG(2, 2))
		e := json.NewEncoder(w)
		for row := range images {
			set := [2]labels.Change{{Value: 0}, {Value: 1}}
			for _, class := range names {
				value := truth.IntN(5) / 4
				if noise.IntN(20) == 0 {
					value = 1 - value
				}
				set[value].Classes = append(set[value].Classes, class)
			}
			event := labels.Event{ID: fmt.Sprintf("%s%d", name, row), By: name, Kind: labels.KindLabel, Time: p.now.Add(time.Duration(3*row+i) * time.Second),
				Source: "studio", Shown: &labels.Shown{Strategy: "random", Reason: "random"}}
			for _, c := range set {
				if len(c.Classes) > 0 {
					c.Images = []string{labels.Ref(p.images, row)}
					event.Set = append(event.Set, c)
				}
			}
			if err := e.Encode(event); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
	s, err := labels.Open(labels.Options{Dir: p.dir, Annotator: "reader", Classes: p.classes, Images: p.images, ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkCrowd reads, merges, measures and queues six million labels.
func BenchmarkCrowd(b *testing.B) {
	s := crowd(b)
	defer s.Close()
	var v *View
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var err error
			if v, err = Read(s); err != nil {
				b.Fatal(err)
			}
		}
		var with, without runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&with)
		runtime.KeepAlive(v)
		v = nil
		runtime.GC()
		runtime.ReadMemStats(&without)
		b.ReportMetric(float64(with.HeapAlloc-without.HeapAlloc)/1e6, "MB-kept")
	})
	v, err := Read(s)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("merge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Merge(Rule{Kind: Majority}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("measure", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Measure(context.Background(), Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("queue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if list, err := v.Disputes(DisputeOptions{N: 100}); err != nil || len(list) != 100 {
				b.Fatal(err)
			}
		}
	})
}
