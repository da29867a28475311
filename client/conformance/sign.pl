#!/usr/bin/env perl
# The checksum in Perl, core modules only. Protocol of this program: see README.md.
use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_base64);
use Encode qw(encode_utf8);
use JSON::PP qw(decode_json);

# Everything but the checksum, sorted by the bytes of the name, nothing in between.
sub canonical_text {
    my @pairs = map { [ map { encode_utf8($_) } @$_ ] } grep { $_->[0] ne 'checksum' } @_;
    return join '', map { @$_ } sort { $a->[0] cmp $b->[0] || $a->[1] cmp $b->[1] } @pairs;
}

# Digest::SHA leaves the padding away: 20 bytes take one character of it.
sub checksum {
    my ( $secret, $text ) = @_;
    return hmac_sha1_base64( $text, $secret ) . '=';
}

sub octets {
    my ( $request, $field ) = @_;
    my $hex = $request->{"${field}Hex"};
    return defined $hex ? pack( 'H*', $hex ) : encode_utf8( $request->{$field} );
}

$| = 1;
while ( my $line = <STDIN> ) {
    my $request = decode_json($line);
    my $params  = $request->{params};
    my $text    = $params ? canonical_text(@$params) : octets( $request, 'text' );
    print checksum( octets( $request, 'secret' ), $text ), "\n";
}
