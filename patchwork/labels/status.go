package labels

import (
	"encoding/binary"
	"sync"
	"unsafe"
)

// Status says how much of the row is labelled. A table without classes has only Unlabelled rows.
//
// The first call looks at the whole table, since what asks about one row asks about most.
func (t *Table) Status(row int) Status { return t.statuses()[row] }

// lazyStatuses gives the status of all rows, found when first asked for.
func lazyStatuses(columns [][]Tri, rows int) func() []Status {
	return sync.OnceValue(func() []Status { return statusesOf(columns, rows) })
}

// statusesOf looks at eight rows at a time, a byte each: the highest bit of a Tri says that it is Unknown.
func statusesOf(columns [][]Tri, rows int) []Status {
	const eights = 64 // that are kept in the first cache while the columns go by
	const ones = 0x0101010101010101
	out := make([]Status, (rows+7)/8*8)
	var last [8]byte // of a column whose length is no multiple of eight
	for from := 0; from < rows; from += 8 * eights {
		var some, all [eights]uint64 // the highest bits say that some, that all classes are known
		for i := range all {
			all[i] = ^uint64(0)
		}
		n := min(eights, (rows-from+7)/8)
		for _, values := range columns {
			b := bytesOf(values)[from:]
			for i := range n {
				if len(b) < 8 {
					copy(last[:], b)
					b = last[:]
				}
				known := ^binary.LittleEndian.Uint64(b)
				some[i] |= known
				all[i] &= known
				b = b[8:]
			}
		}
		to := bytesOf(out)[from:]
		for i := range n { // Partial is one above Unlabelled, and Labelled one above Partial
			binary.LittleEndian.PutUint64(to[8*i:], ones*uint64(Unlabelled)+some[i]>>7&ones+(some[i]&all[i])>>7&ones)
		}
	}
	return out[:rows]
}

// bytesOf is the memory of values of one byte each.
func bytesOf[T Tri | Status](values []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values))
}
