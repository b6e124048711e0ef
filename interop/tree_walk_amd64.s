//go:build !purego

#include "textflag.h"

// A node is a 32-bit threshold, then 16 bits of column, four for each, then 16 bits of left. CMPL leaves a carry where
// the value is over the threshold, and ADCL adds it to left.

// ROOTS begins all walks at slot 0, LOAD takes them from a list, and STORE puts them there.
#define ROOTS \
	XORL R8, R8; \
	XORL R9, R9; \
	XORL R10, R10; \
	XORL R11, R11; \
	XORL R12, R12; \
	XORL R13, R13; \
	XORL BX, BX; \
	XORL CX, CX

#define LOAD(list) \
	MOVL 0(list), R8; \
	MOVL 4(list), R9; \
	MOVL 8(list), R10; \
	MOVL 12(list), R11; \
	MOVL 16(list), R12; \
	MOVL 20(list), R13; \
	MOVL 24(list), BX; \
	MOVL 28(list), CX

#define STORE(list) \
	MOVL R8, 0(list); \
	MOVL R9, 4(list); \
	MOVL R10, 8(list); \
	MOVL R11, 12(list); \
	MOVL R12, 16(list); \
	MOVL R13, 20(list); \
	MOVL BX, 24(list); \
	MOVL CX, 28(list)

// STEP takes the walk of one lane, whose value in the first column is at byte `at` of a group's row, one node further.
#define STEP(lane, at) \
	MOVWLZX 4(SI)(lane*8), AX; \
	MOVL    (SI)(lane*8), DX; \
	CMPL    DX, at(DI)(AX*8); \
	MOVWLZX 6(SI)(lane*8), lane; \
	ADCL    $0, lane

#define STEPS \
	STEP(R8, 0); \
	STEP(R9, 4); \
	STEP(R10, 8); \
	STEP(R11, 12); \
	STEP(R12, 16); \
	STEP(R13, 20); \
	STEP(BX, 24); \
	STEP(CX, 28)

// LAST is STEP, and notes in R14 whether the walk moved.
#define LAST(lane, at) \
	MOVWLZX 4(SI)(lane*8), AX; \
	MOVL    (SI)(lane*8), DX; \
	CMPL    DX, at(DI)(AX*8); \
	MOVWLZX 6(SI)(lane*8), AX; \
	ADCL    $0, AX; \
	XORL    AX, lane; \
	ORL     lane, R14; \
	MOVL    AX, lane

// func walkLanesAsm(out *[8]uint32, nodes *narrowNode, x *uint32)
//
// Two steps at a time: that a step moves no lane is seen at every second one.
TEXT ·walkLanesAsm(SB), NOSPLIT, $0-24
	MOVQ nodes+8(FP), SI
	MOVQ x+16(FP), DI
	ROOTS

lanesLoop:
	STEPS
	XORL R14, R14
	LAST(R8, 0)
	LAST(R9, 4)
	LAST(R10, 8)
	LAST(R11, 12)
	LAST(R12, 16)
	LAST(R13, 20)
	LAST(BX, 24)
	LAST(CX, 28)
	TESTL R14, R14
	JNE  lanesLoop

	MOVQ out+0(FP), DI
	STORE(DI)
	RET

// STEPTREE takes the walk through one tree, whose root's slot is at byte `root` of roots, one node further.
#define STEPTREE(lane, root) \
	MOVWLZX 4(SI)(lane*8), AX; \
	MOVL    (SI)(lane*8), DX; \
	CMPL    DX, (DI)(AX*1); \
	MOVWLZX 6(SI)(lane*8), lane; \
	ADCL    root(R15), lane

#define STEPTREES \
	STEPTREE(R8, 0); \
	STEPTREE(R9, 4); \
	STEPTREE(R10, 8); \
	STEPTREE(R11, 12); \
	STEPTREE(R12, 16); \
	STEPTREE(R13, 20); \
	STEPTREE(BX, 24); \
	STEPTREE(CX, 28)

// LASTTREE is STEPTREE, and notes in R14 whether the walk moved.
#define LASTTREE(lane, root) \
	MOVWLZX 4(SI)(lane*8), AX; \
	MOVL    (SI)(lane*8), DX; \
	CMPL    DX, (DI)(AX*1); \
	MOVWLZX 6(SI)(lane*8), AX; \
	ADCL    root(R15), AX; \
	XORL    AX, lane; \
	ORL     lane, R14; \
	MOVL    AX, lane

// func walkTreesAsm(out *[8]uint32, nodes *narrowNode, x *uint32)
TEXT ·walkTreesAsm(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), R15
	MOVQ nodes+8(FP), SI
	MOVQ x+16(FP), DI
	LOAD(R15)

treesLoop:
	STEPTREES
	XORL R14, R14
	LASTTREE(R8, 0)
	LASTTREE(R9, 4)
	LASTTREE(R10, 8)
	LASTTREE(R11, 12)
	LASTTREE(R12, 16)
	LASTTREE(R13, 20)
	LASTTREE(BX, 24)
	LASTTREE(CX, 28)
	TESTL R14, R14
	JNE  treesLoop

	STORE(R15)
	RET

// func walkShallowAsm(out *[8]uint32, nodes *narrowNode, x *uint32, depth int)
//
// As many steps as the tree is deep: a walk that has arrived stays where it is.
TEXT ·walkShallowAsm(SB), NOSPLIT, $0-32
	MOVQ nodes+8(FP), SI
	MOVQ x+16(FP), DI
	MOVQ depth+24(FP), R15
	ROOTS

shallowLoop:
	STEPS
	DECQ R15
	JNE  shallowLoop

	MOVQ out+0(FP), DI
	STORE(DI)
	RET

// func walkTreesShallowAsm(out *[8]uint32, nodes *narrowNode, x *uint32, depth int)
TEXT ·walkTreesShallowAsm(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), R15
	MOVQ nodes+8(FP), SI
	MOVQ x+16(FP), DI
	MOVQ depth+24(FP), R14
	LOAD(R15)

treesShallowLoop:
	STEPTREES
	DECQ R14
	JNE  treesShallowLoop

	STORE(R15)
	RET
