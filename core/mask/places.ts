/** Streets and towns for made-up addresses, in ASCII for the reasons given in names.ts. The order is wire format. */
const lines = (text: string): string[] => text.trim().split(/\s*,\s*/);

export const STREETS = lines(`
Acacia Avenue, Alder Road, Apple Lane, Avenue des Tilleuls, Bahnhofstrasse, Baker Close, Beech Grove, Bergweg, Birch Street,
Birkenweg, Blossom Court, Bridge Street, Buchenallee, Calle del Rio, Calle Mayor, Calle Nueva, Cedar Avenue, Chapel Lane,
Cherry Walk, Church Road, Clover Hill, Copper Street, Corso Italia, Dorfstrasse, Eichenweg, Elm Street, Fairview Drive,
Feldstrasse, Fern Close, Field Lane, Forest Drive, Garden Street, Gartenweg, Glen Road, Goethestrasse, Green Lane, Harbour View,
Hauptstrasse, Hazel Grove, High Street, Hillside Avenue, Holly Road, Industriestrasse, Ivy Lane, Juniper Way, Kastanienallee,
Kings Road, Kirchgasse, Lake View, Larch Close, Laurel Street, Lerchenweg, Lilac Court, Lime Avenue, Lindenstrasse, Maple Drive,
Market Square, Marktplatz, Meadow Lane, Mill Road, Mozartweg, Muehlgasse, Museum Street, North Road, Oak Street, Olive Grove,
Orchard Way, Park Avenue, Parkstrasse, Paseo del Prado, Pine Street, Plaza Mayor, Poplar Close, Queens Road, Quince Court,
River Walk, Rosenweg, Rowan Street, Rue de la Gare, Rue des Fleurs, Rue du Moulin, Rue Pasteur, Schillerstrasse, School Lane,
Schulstrasse, Sonnenallee, South Street, Spring Gardens, Station Road, Sycamore Drive, Talstrasse, Thistle Lane, Tulip Street,
Valley Road, Via Garibaldi, Via Roma, Victoria Road, Waldweg, Walnut Avenue, Water Lane, West End, Wiesenweg, Willow Street,
Windmill Hill, Woodland Way, Yew Tree Lane
`);

export const CITIES = lines(`
Aldenford, Altenau, Amberton, Ashbrook, Bad Linden, Beaulieu, Belmont, Bergheim, Blackwater, Bonneville, Brackenhurst,
Bridgeport, Brightwell, Castelnuovo, Cedarville, Charleville, Clearwater, Coldstream, Cresswell, Dalby, Deepdale, Eastwick,
Eichberg, Elmsworth, Fairhaven, Falkenried, Ferndale, Fontanelle, Frostburg, Glenwood, Goldbach, Granada Vieja, Greenfield,
Gruenau, Halden, Harbourne, Hartwell, Haselbach, Hillcrest, Hohenfeld, Irongate, Kaltenbach, Kingsbridge, Kirchdorf, Lakewood,
Langenau, Lavalle, Lichtenau, Lindhaven, Longford, Marbella Alta, Marienthal, Meadowbrook, Milltown, Montclair, Montrose,
Neudorf, Newbury, Northwood, Oakham, Oberwald, Pinehurst, Pontvert, Queensbury, Ravensburg, Redhill, Riverside, Rocheville,
Rosenheim, Saint-Clair, San Lorenzo, Santa Rosa, Schoenau, Silverton, Southgate, Springfield, Steinach, Stonebridge, Sunnydale,
Talheim, Thornbury, Valdemar, Valverde, Villanueva, Waldkirch, Waterford, Weissenau, Westbrook, Whitby Moor, Willowdale,
Windermere, Wolfsberg, Woodstock, Yarrow, Zellbach
`);
