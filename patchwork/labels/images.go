package labels

import (
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Images is what this package asks of the image index. *imageset.Index has it.
type Images interface {
	Len() int
	At(row int) imageset.Image
	Row(id string) (row int, ok bool)
}

// hashDigits is how much of a content hash a ref carries: 48 bits tell a million files apart with a chance of a
// collision below 1 in 500.
const hashDigits = 12

// Ref is how the journal names a row: its ID, followed by # and the first 12 digits of its hash if it has one. Such a
// ref still finds the image after the file has moved.
func Ref(images Images, row int) string {
	im := images.At(row)
	if len(im.Hash) < hashDigits {
		return im.ID
	}
	return im.ID + "#" + im.Hash[:hashDigits]
}

// resolver finds the rows that refs name.
type resolver struct {
	images Images
	next   int              // the row after the last one found: bulk events name rows in order
	byHash map[string]int32 // row by the first digits of its hash, -1 if several have them; nil until needed
}

// row finds ref by ID, else as the only image with its hash.
//
// An image whose ID and hash both fit comes first; then one whose ID is all of ref, whatever its name looks like; then
// one whose ID fits although the content has changed; then the hash alone.
func (r *resolver) row(ref string) (int, bool) {
	id, hash := splitRef(ref)
	if hash == "" {
		return r.find(ref)
	}
	row, ok := r.find(id)
	if ok && strings.HasPrefix(r.images.At(row).Hash, hash) {
		return row, true
	}
	if whole, ok := r.find(ref); ok {
		return whole, true
	}
	if ok {
		return row, true
	}
	if r.byHash == nil {
		r.indexHashes()
	}
	if row, ok := r.byHash[hash]; ok && row >= 0 {
		return int(row), true
	}
	return 0, false
}

func (r *resolver) find(id string) (int, bool) {
	if r.next < r.images.Len() && r.images.At(r.next).ID == id {
		r.next++
		return r.next - 1, true
	}
	row, ok := r.images.Row(id)
	if ok {
		r.next = row + 1
	}
	return row, ok
}

func (r *resolver) indexHashes() {
	r.byHash = make(map[string]int32, r.images.Len())
	for row := range r.images.Len() {
		hash := r.images.At(row).Hash
		if len(hash) < hashDigits {
			continue
		}
		hash = hash[:hashDigits]
		if _, ok := r.byHash[hash]; ok {
			r.byHash[hash] = -1
		} else {
			r.byHash[hash] = int32(row)
		}
	}
}

// splitRef cuts the hash off a ref; hash is "" if it has none.
func splitRef(ref string) (id, hash string) {
	at := len(ref) - hashDigits - 1
	if at < 1 || ref[at] != '#' {
		return ref, ""
	}
	for _, c := range []byte(ref[at+1:]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ref, ""
		}
	}
	return ref[:at], ref[at+1:]
}

// fingerprint changes when an image is added, moves or changes its content: whatever refs resolve by.
func fingerprint(images Images) string {
	var sum checksum
	buf := make([]byte, 0, 1<<16)
	for row := range images.Len() {
		im := images.At(row)
		buf = append(append(append(append(buf, im.ID...), 0), im.Hash...), 0)
		if len(buf) > cap(buf)-1<<12 {
			sum, buf = sum.add(buf), buf[:0]
		}
	}
	return fmt.Sprintf("%d-%s", images.Len(), sum.add(buf))
}

// checksum is two CRC-32 with different polynomials: 64 bits that detect accidents, cheap enough to run over every
// journal at each opening, and can be continued as a journal grows.
type checksum struct{ ieee, castagnoli uint32 }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (c checksum) add(data []byte) checksum {
	return checksum{crc32.Update(c.ieee, crc32.IEEETable, data), crc32.Update(c.castagnoli, castagnoli, data)}
}

func (c checksum) String() string { return fmt.Sprintf("%08x%08x", c.ieee, c.castagnoli) }
