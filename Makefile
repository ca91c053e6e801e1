# vnet: `make help` lists the targets.
PREFIX  ?= /usr/local
PKGS    := libxml-2.0 libnl-3.0 libnl-route-3.0 libnftnl libmnl libsystemd sqlite3 libtirpc libseccomp libedit json-c
O       ?= build
CFLAGS  ?= -O2 -g
FLAGS   := -std=gnu17 -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror -D_GNU_SOURCE -fPIC -fvisibility=hidden \
           -Isrc -Iinclude -I$O/gen $(shell pkg-config --cflags $(PKGS)) -MMD -MP \
           $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LDLIBS  += -Wl,--as-needed $(shell pkg-config --libs $(PKGS))
LDFLAGS += $(if $(SAN),-fsanitize=$(SAN))

X       := $(wildcard src/*/*.x)
GEN     := $(patsubst src/%.x,$O/gen/%.h,$X)
CORE    := $(patsubst %.c,$O/%.o,$(filter-out src/vnetd/% src/guestd/main.c src/vnet/% src/libvnet/%,$(wildcard src/*/*.c))) \
           $(patsubst src/%.x,$O/gen/%.o,$X)
UNIT    := $(patsubst %.c,$O/%,$(wildcard tests/unit/test_*.c))
FUZZ    := $(patsubst %.c,$O/%,$(wildcard tests/fuzz/fuzz_*.c))
objs     = $(patsubst %.c,$O/%.o,$(wildcard $1))

all: $O/vnetd $O/vnet-guestd $O/vnet

$O/gen/%.h: src/%.x
	@mkdir -p $(@D) && rm -f $@ && rpcgen -h -o $@ $<
$O/gen/%.c: src/%.x $O/gen/%.h
	@mkdir -p $(@D) && rm -f $@ && cd $(<D) && rpcgen -c $(<F) | sed 's|#include "$(*F).h"|#include "$*.h"|' > $(abspath $@)
$O/gen/%.o: $O/gen/%.c
	$(CC) $(FLAGS) $(CFLAGS) -Wno-unused-variable -Wno-unused-parameter -Wno-shadow -Wno-missing-prototypes -c -o $@ $<
$O/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<
$O/libcore.a: $(CORE)
	@rm -f $@
	$(AR) rcs $@ $^

$O/vnetd: $(call objs,src/vnetd/*.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$O/vnet-guestd: $(call objs,src/guestd/main.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$O/vnet: $(call objs,src/vnet/*.c src/libvnet/*.c) $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(UNIT): $O/%: $O/%.o $O/libcore.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka
$(FUZZ): $O/%: $O/%.o $O/libcore.a
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

check-unit: $(UNIT)
	@set -e; for t in $(UNIT); do $$t; done

SOURCES  = $(wildcard src/*/*.[ch] include/vnet/*.h tests/*/*.[ch] examples/*.c)
format:
	clang-format -i $(SOURCES)
format-check:
	clang-format --dry-run -Werror $(SOURCES)

clean:
	rm -rf $O

.PHONY: all format format-check check-unit clean
.SECONDARY:
-include $(shell find $O -name '*.d' 2>/dev/null)
