package inflate

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// kinds are data that meet every part of the decoder.
func kinds() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n, values int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.IntN(values))
		}
		return b
	}
	m := map[string][]byte{
		"nothing":        {},
		"one byte":       {7},
		"zeros":          make([]byte, 100_000),
		"noise":          random(100_000, 256),
		"two values":     random(100_000, 2),
		"few values":     random(100_000, 9),
		"text":           []byte(strings.Repeat("once upon a time there was a stream of bytes; ", 3000)),
		"far references": bytes.Repeat(random(History, 256), 2),
	}
	for _, period := range []int{2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100, 258, 259} {
		m[fmt.Sprint("period ", period)] = bytes.Repeat(random(period, 256), 5000/period+3)
	}
	wave := make([]byte, 100_000) // as filtered lines of a photograph: small differences, short codes
	for i := range wave {
		wave[i] = byte(int8(r.NormFloat64() * float64(1+i/4000%20)))
	}
	m["differences"] = wave
	skewed := make([]byte, 0, 1<<15) // each value twice as frequent as the next: codes of every length
	for v := range 15 {
		skewed = append(skewed, bytes.Repeat([]byte{byte(v)}, 1<<(14-v))...)
	}
	r.Shuffle(len(skewed), func(i, j int) { skewed[i], skewed[j] = skewed[j], skewed[i] })
	m["skewed"] = skewed
	return m
}

func pack(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

var levels = []int{zlib.HuffmanOnly, zlib.NoCompression, zlib.BestSpeed, zlib.DefaultCompression, zlib.BestCompression}

func TestZlib(t *testing.T) {
	for name, want := range kinds() {
		for _, level := range levels {
			src := append(pack(t, want, level), "what follows"...)
			for _, more := range []int{0, 1, 300} {
				got := make([]byte, len(want)+more)
				if n, err := Zlib(got, src); n != len(want) || err != nil || !bytes.Equal(got[:n], want) {
					t.Errorf("%s, level %d, %d bytes too much room: %d bytes of %d, %v", name, level, more, n, len(want), err)
				}
			}
		}
	}
}

// TestZlibTooLittleRoom gives too little room, with other data behind it.
func TestZlibTooLittleRoom(t *testing.T) {
	for name, want := range kinds() {
		for _, level := range levels {
			src := pack(t, want, level)
			for _, room := range []int{0, 1, 100, len(want) / 2, len(want) - 2, len(want) - 1} {
				if room < 0 || room >= len(want) {
					continue
				}
				all := bytes.Repeat([]byte{0xa5}, room+400)
				n, err := Zlib(all[:room], src)
				if n != room || err != ErrLong || !bytes.Equal(all[:room], want[:room]) {
					t.Errorf("%s, level %d, room %d of %d: %d bytes, %v", name, level, room, len(want), n, err)
				}
				if !bytes.Equal(all[room:], bytes.Repeat([]byte{0xa5}, 400)) {
					t.Errorf("%s, level %d, room %d: wrote behind the room", name, level, room)
				}
			}
		}
	}
}

// pieces unpacks through a window that keeps History bytes and takes step bytes at a time, at most limit in all.
func pieces(src []byte, step, limit int) ([]byte, error) {
	var s Stream
	s.Reset(src)
	window, end := make([]byte, 2*History+step), 0
	var all []byte
	for len(all) < limit {
		if end+step > len(window) {
			copy(window, window[end-History:end])
			end = History
		}
		to, err := s.Fill(window[:end+step], end)
		all = append(all, window[end:to]...)
		end = to
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func TestFillInPieces(t *testing.T) {
	for name, want := range kinds() {
		for _, level := range levels {
			src := pack(t, want, level)
			for _, step := range []int{1, 7, 299, 1000, 65_537} {
				if step < 299 && len(want) > 10_000 {
					continue
				}
				if got, err := pieces(src, step, len(want)+1); err != io.EOF || !bytes.Equal(got, want) {
					t.Errorf("%s, level %d, step %d: %d bytes of %d, %v", name, level, step, len(got), len(want), err)
				}
			}
		}
	}
}

func TestCutOff(t *testing.T) {
	for name, want := range kinds() {
		for _, level := range levels {
			want := want[:min(len(want), 3000)]
			src := pack(t, want, level)
			got := make([]byte, len(want))
			for n := range src {
				k, err := Zlib(got, src[:n])
				if err != io.ErrUnexpectedEOF || !bytes.Equal(got[:k], want[:k]) {
					t.Fatalf("%s, level %d, cut at %d of %d: %d bytes, %v", name, level, n, len(src), k, err)
				}
			}
		}
	}
}

// TestDamage changes bits: what compress/zlib refuses is refused.
func TestDamage(t *testing.T) {
	for name, want := range kinds() {
		src := pack(t, want[:min(len(want), 2000)], zlib.DefaultCompression)
		got := make([]byte, 1<<16)
		for bit := range 8 * len(src) {
			src[bit/8] ^= 1 << (bit % 8)
			n, err := Zlib(got, src)
			var theirs []byte
			r, bad := zlib.NewReader(bytes.NewReader(src))
			if bad == nil {
				theirs, bad = io.ReadAll(io.LimitReader(r, int64(len(got))+1))
			}
			if long := len(theirs) > len(got); long != (err == ErrLong) || !long && (bad == nil) != (err == nil) ||
				err == nil && !bytes.Equal(got[:n], theirs) {
				t.Fatalf("%s, bit %d: %d bytes, %v; compress/zlib: %d, %v", name, bit, n, err, len(theirs), bad)
			}
			src[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// bitWriter writes a stream by hand: numbers with the lowest bit first, codes with the highest.
type bitWriter struct {
	data []byte
	n    int
}

func (w *bitWriter) put(v, n int) *bitWriter {
	for i := range n {
		if w.n%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.n/8] |= byte(v >> i & 1 << (w.n % 8))
		w.n++
	}
	return w
}

func (w *bitWriter) code(v, n int) *bitWriter {
	for i := n - 1; i >= 0; i-- {
		w.put(v>>i, 1)
	}
	return w
}

func begin() *bitWriter { return (&bitWriter{}).put(0x78, 8).put(0x9c, 8) }

// dynamic begins a block with tables: how many symbols, and lengths of the codes for lengths, as they are stored.
func dynamic(lits, dists int, small ...int) *bitWriter {
	w := begin().put(5, 3).put(lits-257, 5).put(dists-1, 5).put(len(small)-4, 4)
	for _, l := range small {
		w.put(l, 3)
	}
	return w
}

func TestMalformed(t *testing.T) {
	text := pack(t, []byte("some text"), 6)
	wrong := bytes.Clone(text)
	wrong[len(wrong)-1] ^= 1
	fixed := func() *bitWriter { return begin().put(3, 3) }
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"another method", []byte{0x77, 0x85, 0, 0, 0, 0, 0, 0}, "does not begin as a zlib stream"},
		{"a window too large", []byte{0x88, 0x1c, 0, 0, 0, 0, 0, 0}, "does not begin as a zlib stream"},
		{"header's check", []byte{0x78, 0x9d, 0, 0, 0, 0, 0, 0}, "does not begin as a zlib stream"},
		{"dictionary", []byte{0x78, 0xbb, 0, 0, 0, 0, 0, 0}, "preset dictionary"},
		{"checksum", wrong, "its checksum differs"},
		{"kind of block", begin().put(7, 3).data, "unknown kind"},
		{"stored size", begin().put(1, 8).put(3, 16).put(3, 16).data, "two sizes"},
		{"287 symbols", dynamic(287, 1, 1, 1, 1, 1).data, "too many symbols"},
		{"31 distances", dynamic(257, 31, 1, 1, 1, 1).data, "too many symbols"},
		{"too many codes", dynamic(257, 1, 1, 1, 1, 1).data, "too many codes"},
		{"too few codes", dynamic(257, 1, 2, 2, 2, 0).data, "too few codes"},
		{"no codes", dynamic(257, 1, 0, 0, 0, 0).put(0, 64).data, "unknown code"},
		{"repeats nothing", dynamic(257, 1, 1, 0, 0, 1).put(1, 1).put(0, 64).data, "repeats nothing"},
		{"repeats too often", dynamic(257, 1, 0, 0, 1, 1).put(0xffff, 16).put(0xffff, 16).data, "repeats too often"},
		{"no end", dynamic(257, 1, 0, 0, 1, 1).put(1, 1).put(127, 7).put(1, 1).put(109, 7).data, "has no end"},
		{"length 286", fixed().code(0xc6, 8).put(0, 200).data, "unknown code"},
		{"distance 30", fixed().code(0x30, 8).code(1, 7).code(30, 5).put(0, 200).data, "unknown code"},
		{"distance 31", fixed().code(0x30, 8).code(1, 7).code(31, 5).put(0, 200).data, "unknown code"},
		{"before the beginning", fixed().code(0x30, 8).code(1, 7).code(1, 5).put(0, 200).data, "refers to what comes before"},
	} {
		for _, room := range []int{20, 1000} { // the careful way and the fast one
			_, err := Zlib(make([]byte, room), tt.data)
			if _, ok := errors.AsType[CorruptError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, room %d: the error is %v, want %q", tt.name, room, err, tt.want)
			}
		}
	}
}

func TestErrorsStay(t *testing.T) {
	var s Stream
	s.Reset([]byte{1, 2, 3, 4, 5, 6})
	for range 2 {
		if n, err := s.Fill(make([]byte, 9), 4); n != 4 || err == nil || err == io.EOF {
			t.Errorf("%d, %v, want an error that stays", n, err)
		}
	}
	s.Reset(pack(t, []byte("abc"), 6))
	for range 2 {
		if _, err := s.Fill(make([]byte, 3), 0); err != io.EOF {
			t.Errorf("%v, want the end", err)
		}
	}
}

// TestCheck unpacks a stream of very many blocks that hold nothing, with tables and without.
func TestCheck(t *testing.T) {
	enough := errors.New("enough")
	for _, table := range []bool{false, true} {
		w := begin()
		for range 1000 {
			if !table {
				w.put(2, 3).code(0, 7)
				continue
			}
			w.put(4, 3).put(0, 10).put(14, 4)
			for _, i := range codeOrder[:18] { // 18 and 1 have codes
				w.put(map[uint8]int{18: 1, 1: 1}[i], 3)
			}
			w.code(1, 1).put(127, 7).code(1, 1).put(107, 7).code(0, 1).code(0, 1) // 256 times 0, then 1 and 1
			w.code(0, 1)
		}
		w.put(3, 3).code(0, 7)
		src := binary.BigEndian.AppendUint32(w.data, 1)
		if n, err := Zlib(nil, src); n != 0 || err != nil {
			t.Fatalf("with tables %v: %d, %v", table, n, err)
		}
		calls := 0
		s := Stream{Check: func() error {
			if calls++; calls == 3 {
				return enough
			}
			return nil
		}}
		s.Reset(src)
		if _, err := s.Fill(nil, 0); err != enough || calls != 3 {
			t.Errorf("with tables %v: %v after %d calls, want the error of the third", table, err, calls)
		}
	}
}

// TestForgottenHistory gives a window without what a match refers to.
func TestForgottenHistory(t *testing.T) {
	var s Stream
	s.Reset(pack(t, bytes.Repeat([]byte("0123456789"), 50), 6))
	n, err := s.Fill(make([]byte, 40), 0)
	if n != 40 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := s.Fill(make([]byte, 400), 0); err == nil || !strings.Contains(err.Error(), "what is gone") {
		t.Errorf("%v, want an error", err)
	}
}

func TestAdler(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	p := make([]byte, 5000)
	for n := range 1000 {
		for i := range p {
			p[i] = byte(r.Uint32()) | byte(-(n & 1)) // every second time the largest bytes
		}
		cut := r.IntN(n + 1)
		if got, want := newAdler.add(p[:cut]).add(p[cut:4*n]).value(), adler32.Checksum(p[:4*n]); got != want {
			t.Fatalf("of %d bytes, cut at %d: %#x, want %#x", 4*n, cut, got, want)
		}
	}
}
