package imageset

import (
	"context"
	"runtime"
	"testing"
)

// TestMemoryStaysFlat decodes 100,000 pictures and looks at the memory on the way.
func TestMemoryStaysFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes 100,000 pictures; not in short mode")
	}
	_, r := plain(t, 20)
	rows := make([]int, 100_000)
	for i := range rows {
		rows[i] = i % 20
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	var first, most uint64
	n := 0
	for b, err := range r.Resized(context.Background(), rows, Resize{Size: Size{16, 16}}, 100, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n += b.N; n%10_000 == 0 {
			now := heap()
			if first == 0 {
				first = now
			}
			most = max(most, now)
		}
	}
	if n != len(rows) {
		t.Errorf("%d pictures came, want %d", n, len(rows))
	}
	if most > first+8<<20 {
		t.Errorf("the heap grew from %d to %d KiB", first>>10, most>>10)
	}
}
