# A directory, read-only, by Perl's Fuse: mirror_perl.pl DIRECTORY MOUNTPOINT
use strict;
use warnings;
use Errno;
use Fuse;

my ($root, $at) = @ARGV;

sub or_error { return $_[0] ? 0 : -$! }

Fuse::main(
    mountpoint => $at,
    getattr    => sub {
        my @stat = lstat($root . shift);
        return @stat ? @stat : -$!;
    },
    getdir => sub {
        opendir(my $directory, $root . shift) or return -$!;
        return ((readdir $directory), 0);
    },
    readlink => sub {
        my $target = readlink($root . shift);
        return defined $target ? $target : -$!;
    },
    open => sub { return or_error(-r $root . shift) },
    read => sub {
        my ($path, $size, $offset) = @_;
        open(my $file, '<:raw', $root . $path) or return -$!;
        seek($file, $offset, 0);
        my $count = read($file, my $bytes, $size);
        return defined $count ? $bytes : -$!;
    },
);
