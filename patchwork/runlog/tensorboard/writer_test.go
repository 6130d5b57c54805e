package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is the time in testdata/events.py.
func clock() time.Time { return time.Unix(1_700_000_000, 250_000_000) }

func TestChecksums(t *testing.T) {
	// RFC 3720, appendix B.4: 32 bytes of 0, of 255, rising, falling. The mask is that of the framing's description.
	for _, tt := range []struct {
		data []byte
		crc  uint32
	}{
		{make([]byte, 32), 0x8a9136aa},
		{bytes.Repeat([]byte{255}, 32), 0x62a8ab43},
		{rising(32), 0x46dd794e},
		{[]byte("123456789"), 0xe3069283}, // the check value of CRC-32C in catalogues
	} {
		want := (tt.crc>>15 | tt.crc<<17) + 0xa282ead8
		if got := masked(tt.data); got != want {
			t.Errorf("%x: %08x, want %08x", tt.data, got, want)
		}
	}
}

func rising(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i))
	}
	return b
}

func TestBytesAreThoseOfTheProtobufLibrary(t *testing.T) {
	want, err := os.ReadFile("testdata/events.bin")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := create(dir, Options{After: 40}, clock)
	if err != nil {
		t.Fatal(err)
	}
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(w.Begin(map[string]string{"batch_size": "128", "mirror": "true", "none": "false", "method": "simclr", "rate": "0.001", "text": "", "zero": "0", "limit": "inf"}))
	try(w.Scalars(41, map[string]float64{"rate": 0, "loss": 2.5, "äöü/größe": math.Inf(1)}))
	try(w.Text(0, "settings", Table(map[string]string{"a|b": "1\n2"})))
	try(w.image(300, "views", image.Pt(200, 3), 4, rising(256)))
	var spread []float32
	for i := range 200 {
		at := i * 37 % 199
		spread = append(spread, float32(at*at%97)/16-3)
	}
	try(w.Histogram(1<<40, "w", append(spread, float32(math.NaN()), float32(math.Inf(-1)))))
	try(w.Histogram(1<<40, "w", []float32{0.25, 0.25, 0.25, 0.25, 0.25}))
	try(w.Histogram(1<<40, "nothing", []float32{float32(math.NaN())}))
	try(w.Scalars(1, nil))
	try(w.End(Succeeded))
	try(w.Close())
	got, err := os.ReadFile(only(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	a, b := records(t, got), records(t, want)
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			t.Errorf("record %d is\n%x, want\n%x", i, a[i], b[i])
		}
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes in %d records, want %d in %d", len(got), len(a), len(want), len(b))
	}
}

// only is the event file of a folder.
func only(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%d event files, %v", len(names), err)
	}
	return names[0]
}

// records checks the checksums of whole records; a torn last one is left out.
func records(t *testing.T, b []byte) (all [][]byte) {
	t.Helper()
	for len(b) >= 12 {
		n := binary.LittleEndian.Uint64(b)
		if masked(b[:8]) != binary.LittleEndian.Uint32(b[8:]) {
			t.Fatalf("record %d: the checksum of its length is wrong", len(all))
		}
		if uint64(len(b)) < 16+n {
			return all
		}
		if masked(b[12:12+n]) != binary.LittleEndian.Uint32(b[12+n:]) {
			t.Fatalf("record %d: its checksum is wrong", len(all))
		}
		all, b = append(all, b[12:12+n]), b[16+n:]
	}
	return all
}

func TestAKilledWriterLeavesWholeRecords(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, Options{Flush: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for step := range 100_000 { // more than is kept in memory
		if err := w.Scalars(step, map[string]float64{"loss": 1}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(only(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	all := records(t, b)
	size := 0
	for _, r := range all {
		size += len(r) + 16
	}
	if len(all) < 50_000 || size != len(b) {
		t.Errorf("%d records of %d bytes in a file of %d; want the most, and no part of one", len(all), size, len(b))
	}
}

func TestEventsDoNotWaitForLong(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, Options{Flush: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Scalars(1, map[string]float64{"loss": 1})
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		b, _ := os.ReadFile(only(t, dir))
		if len(records(t, b)) == 2 {
			return
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatal("an event is not on the disk after 20 s")
		}
	}
}

func TestSeveralGoroutinesAndFiles(t *testing.T) {
	dir := t.TempDir()
	var writers []*Writer
	for range 3 { // of one second
		w, err := create(dir, Options{}, clock)
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, w)
	}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			for step := range 100 {
				writers[i%3].Scalars(step, map[string]float64{fmt.Sprint("tag ", i): float64(step)})
			}
		})
	}
	all.Wait()
	names, last := map[string]bool{}, ""
	for _, w := range writers {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		b, err := os.ReadFile(w.name)
		if err != nil || len(records(t, b)) != 1001 {
			t.Errorf("%s has %d records, %v; want 1001", w.name, len(records(t, b)), err)
		}
		names[w.name] = true
		if base := filepath.Base(w.name); !strings.HasPrefix(base, "events.out.tfevents.1700000000.") || base <= last {
			t.Errorf("the name is %s, after %s", base, last)
		}
		last = filepath.Base(w.name)
	}
	if len(names) != 3 {
		t.Errorf("%d files, want 3", len(names))
	}
}

func TestAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	w, err := Create(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.file.Close()
	if w.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	}
	w.Scalars(1, map[string]float64{"loss": 1})
	if err := w.Flush(); err == nil || !strings.Contains(err.Error(), w.name) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("flushed: %v", err)
	}
	if err := w.Scalars(2, map[string]float64{"loss": 1}); err == nil {
		t.Error("a later event is taken")
	}
	if err := w.Close(); err == nil {
		t.Error("closed without an error")
	}
	if err := w.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	if _, err := Create(t.TempDir(), Options{Flush: -1, After: -2}); err == nil || !strings.Contains(err.Error(), "After -2") {
		t.Errorf("bad options: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o644)
	if _, err := Create(file, Options{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file in place of the folder: %v", err)
	}
	w, err := Create(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := w.Scalars(1, map[string]float64{"loss": 1}); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("written after Close: %v", err)
	}
}
