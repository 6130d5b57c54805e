package labels

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// large makes a project of 100,000 images and 10 classes whose journal holds one bulk label of all images and 20,000
// events of a person, as the studio writes them.
func large(b *testing.B) Options {
	b.Helper()
	const n, events, classes = 100_000, 20_000, 10
	o := Options{Dir: b.TempDir(), Annotator: "anna", Images: numbered(b, n)}
	for c := range classes {
		o.Classes = append(o.Classes, fmt.Sprint("class ", c))
	}
	refs := make([]string, n)
	for row := range refs {
		refs[row] = Ref(o.Images, row)
	}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text := bytes.NewBufferString(head)
	write := func(e Event, at int) {
		e.ID, e.By, e.Time = fmt.Sprintf("%016x", at), "anna", start.Add(time.Duration(at)*time.Second)
		line, err := encode(e)
		if err != nil {
			b.Fatal(err)
		}
		text.Write(line)
	}
	bulk := Event{Kind: KindLabel, Source: "folders"}
	for c, name := range o.Classes { // as FromFolders groups them
		members := refs[c*n/classes : (c+1)*n/classes]
		bulk.set([]string{name}, 1, members)
		bulk.set(slices.Concat(o.Classes[:c], o.Classes[c+1:]), 0, members)
	}
	write(bulk, 0)
	for i := range events {
		e := label(o.Classes[i%classes], Tri(i%3-1), refs[(i*7919)%n])
		e.Source, e.Dwell = "studio", 1200
		e.Shown = &Shown{Strategy: "entropy", Model: "2026-01-02T03:04:05Z", Score: 0.731, Reason: "class 3 at 0.47"}
		write(e, i+1)
	}
	writeJournal(b, o.Dir, "anna", text.Bytes())
	b.Logf("journal of %d events, %.1f MB", events+1, float64(text.Len())/1e6)
	return o
}

// BenchmarkOpen opens the large project for reading; the image index is in memory already.
func BenchmarkOpen(b *testing.B) {
	o := large(b)
	s, err := Open(o)
	if err != nil {
		b.Fatal(err)
	}
	s.Close() // writes the cache
	o.ReadOnly = true
	b.Run("cached", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(o)
			if err != nil || s.cached != 20_001 {
				b.Fatal(err, s.cached)
			}
		}
	})
	b.Run("cached, 500 events behind", func(b *testing.B) {
		w := open(b, Options{Dir: o.Dir, Annotator: "bob", Classes: o.Classes, Images: o.Images})
		w.cached = len(w.h.order) + 1 // so that Close does not write it
		for i := range 500 {
			apply(b, w, label(o.Classes[0], Present, o.Images.At(i).ID))
		}
		for b.Loop() {
			if s, err := Open(o); err != nil || s.Version() != 20_501 {
				b.Fatal(err)
			}
		}
		w.cached = len(w.h.order)
		w.Close()
		os.Remove(w.h.journals[w.own].file)
	})
	b.Run("without cache", func(b *testing.B) {
		os.Remove(filepath.Join(o.Dir, "journal", "replay.cache"))
		for b.Loop() {
			if _, err := Open(o); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkApply labels one image after another in the large project. Beside it stands what this disk needs to write
// and sync as many bytes, measured in turns in the same run.
func BenchmarkApply(b *testing.B) {
	s := open(b, large(b))
	plain, err := os.Create(filepath.Join(s.o.Dir, "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer plain.Close()
	var ours, disk []time.Duration
	for i := 0; b.Loop(); i++ {
		e := label(s.o.Classes[i%10], Present, s.o.Images.At(i%s.o.Images.Len()).ID)
		begun := time.Now()
		a, err := s.Apply(e)
		if err != nil {
			b.Fatal(err)
		}
		ours = append(ours, time.Since(begun))
		line, _ := encode(a.Event)
		begun = time.Now()
		if _, err := plain.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := plain.Sync(); err != nil {
			b.Fatal(err)
		}
		disk = append(disk, time.Since(begun))
	}
	for name, times := range map[string][]time.Duration{"apply": ours, "disk": disk} {
		slices.Sort(times)
		b.ReportMetric(times[len(times)/2].Seconds()*1e3, name+"-p50-ms")
		b.ReportMetric(times[len(times)*95/100].Seconds()*1e3, name+"-p95-ms")
	}
}

// BenchmarkUndoBulk takes the bulk label of 100,000 images in 10 classes back and makes it count again.
func BenchmarkUndoBulk(b *testing.B) {
	s := open(b, large(b))
	target := fmt.Sprintf("%016x", 0)
	for b.Loop() {
		apply(b, s, Event{Kind: KindUndo, Target: target})
		apply(b, s, Event{Kind: KindRedo, Target: target})
	}
}

// BenchmarkClose writes labels.csv and the cache after one event.
func BenchmarkClose(b *testing.B) {
	o := large(b)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		s, err := Open(o)
		if err != nil {
			b.Fatal(err)
		}
		apply(b, s, label(o.Classes[0], Tri(i%2), o.Images.At(0).ID))
		b.StartTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChanges applies to the large project what a person does to 10,000 of its images or to its classes, and takes it
// back. Both include the write to disk.
func BenchmarkChanges(b *testing.B) {
	s := open(b, large(b))
	refs := make([]string, 10_000)
	for i := range refs {
		refs[i] = Ref(s.o.Images, i*10)
	}
	for name, e := range map[string]Event{
		"label 10,000": label(s.o.Classes[3], Present, refs...),
		"unsure":       {Kind: KindUnsure, Set: []Change{{Value: 1, Images: refs}}},
		"rename":       RenameClass(s.o.Classes[3], "lake"),
		"merge":        {Kind: KindClassMerge, Classes: s.o.Classes[3:5]},
		"split":        {Kind: KindClassSplit, Classes: []string{s.o.Classes[3], "car", "truck"}},
		"retire":       RetireClasses(s.o.Classes[3]),
	} {
		b.Run(name, func(b *testing.B) {
			var do, undo time.Duration
			for b.Loop() {
				begun := time.Now()
				apply(b, s, e)
				do += time.Since(begun)
				begun = time.Now()
				apply(b, s, Event{Kind: KindUndo})
				undo += time.Since(begun)
			}
			b.ReportMetric(do.Seconds()*1e3/float64(b.N), "do-ms")
			b.ReportMetric(undo.Seconds()*1e3/float64(b.N), "undo-ms")
		})
	}
	e := GroupClasses(s.o.Classes[3:6]...)
	apply(b, s, e)
	b.Run("label 10,000 in a group of 3", func(b *testing.B) {
		for b.Loop() {
			apply(b, s, label(s.o.Classes[3], Present, refs...))
			apply(b, s, Event{Kind: KindUndo})
		}
	})
}
