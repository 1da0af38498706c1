/**
 * Names for made-up people, of many languages. In ASCII, so that every code page holds them and characters, UTF-16 units
 * and bytes count alike. The order is wire format: another order gives other masked values.
 */
const words = (text: string): string[] => text.trim().split(/\s+/);

export const FIRST_NAMES = words(`
Aaron Abigail Ada Adam Adela Adrian Agnes Ahmed Aisha Akira Alan Albert Aldo Alejandro Alena Alessia Alexander Alfred
Alice Alina Amalia Amara Amelie Amina Amir Ana Anders Andrea Andrew Angela Anika Anita Anna Anton Antonia Ariel Arthur
Astrid Aurora Axel Barbara Beatriz Benjamin Bernard Bianca Birgit Bjorn Boris Brigitte Bruno Camila Carla Carlos Carmen
Caroline Cecilia Cedric Celine Chen Chiara Chloe Christian Clara Claude Claudia Clemens Colin Corinna Cyril Dagmar
Daniel Daria David Deborah Denis Diana Diego Dieter Dimitri Dominik Dora Dorothea Edgar Edith Eduardo Elena Eleni Elias
Elif Elisa Ella Elsa Emil Emily Emma Enrico Eric Erika Ernst Esra Esther Ethan Eva Fabian Fatima Felipe Felix Fernando
Fiona Flora Florian Frances Francois Frank Freya Frida Gabriel Georg Gerda Giulia Gloria Grace Greta Guido Gustav Hana
Hannah Hans Harald Hasan Hector Heidi Helena Henri Henry Hugo Ian Ida Igor Ilse Ines Ingrid Irene Iris Isabel Ivan Jack
Jakob James Jan Jana Javier Jean Johanna John Jonas Jorge Jose Joshua Judith Julia Julien Kai Karin Karl Katja Keiko
Kenji Kerstin Klara Klaus Konrad Lara Lars Laura Lea Leila Lena Leo Leon Leonor Liam Lidia Lina Linda Lisa Lorenzo Louis
Lucas Lucia Ludwig Luis Luisa Lukas Luna Magda Malik Manuel Marco Margot Maria Marie Marina Mario Marta Martin Mateo
Mathilde Matteo Maya Mehmet Mei Michael Miguel Mila Milan Mina Mira Mohamed Monika Nadia Natalia Nathan Nicolas Nils
Nina Noah Nora Olga Oliver Olivia Omar Oscar Otto Pablo Patricia Paul Paula Pedro Peter Petra Philip Pierre Pilar Priya
Rafael Raj Ravi Rebecca Renata Ricardo Rita Robert Rosa Ruben Ruth Samira Samuel Sandra Sara Sean Selma Sergio Silvia
Simon Sofia Sonja Stefan Stella Susanne Sven Tamara Tanja Tariq Teresa Theo Thomas Tim Tobias Tomas Ulrich Ursula
Valentin Vera Victor Viktoria Vincent Viola Walter Wanda Wei William Xavier Yara Yasmin Yuki Yusuf Yvonne Zoe Zuzana
`);

export const LAST_NAMES = words(`
Abbott Acosta Adamski Adler Aguilar Ahlgren Albrecht Allard Almeida Alonso Alvarez Andersen Andrews Antonov Aoki Arnaud
Arnold Ashworth Aubert Aydin Babic Bach Baker Baldwin Bandara Barbieri Barbosa Barnes Baron Barrett Barros Bauer Baumann
Beaumont Becker Bellini Benitez Bennett Benoit Berg Berger Bergmann Bernardi Bertrand Bianchi Bishop Blanc Blanchard
Blanco Bloom Bogdanov Boucher Bowman Boyer Brandt Braun Bravo Brennan Brooks Brunner Burton Busch Cabrera Calderon
Campbell Campos Cardoso Carlsen Carpenter Carvalho Castillo Castro Cerny Chandra Chapman Chavez Christensen Clarke
Colombo Conti Cooper Cordero Correia Costa Cruz Dahl Dalton Danielsen Delacroix Delgado Demir Deschamps Diaz Dietrich
Dimitrov Doyle Drake Dubois Duarte Dufour Dumont Duran Dvorak Eberhardt Eklund Elliott Engel Eriksson Esposito Estrada
Evans Fabre Falk Farina Faure Ferrara Ferreira Fiedler Figueroa Fischer Fleming Fletcher Flores Fontaine Forsberg Foster
Fournier Franke Frei Friedrich Fuchs Fuentes Fujita Gallagher Gallo Garcia Garnier Gauthier Geiger Gibson Giordano
Girard Gomes Gonzalez Graf Graham Granger Greco Griffin Gruber Guerra Guerin Gupta Gustafsson Gutierrez Haas Hagen Hahn
Hamilton Hansen Harper Hartmann Hashimoto Haugen Hayes Heinrich Henriksen Herbst Hernandez Herrera Hess Higgins Hoffmann
Holm Holmberg Horvath Huber Hughes Hunter Ibarra Ibrahim Ivanov Iversen Jacobsen Jaeger Jankowski Jansen Jensen Jimenez
Johansson Jordan Jung Kaiser Kaminski Kang Kapoor Karlsson Kato Kaufmann Kaya Keller Kelly Kessler Khan Kim Klein Klimt
Knudsen Koch Kovac Kowalski Kramer Kraus Kruger Kuhn Kumar Kurz Lachance Lambert Lang Larsen Laurent Lefebvre Lehmann
Leroy Lewandowski Lima Lindberg Lindgren Lombardi Lopez Lorenz Ludovici Lund Machado Magnusson Maier Maldonado Mancini
Marchand Marin Marino Markov Marquez Marsh Martens Martinez Mason Mathieu Mayer Medina Mehta Meier Mendes Mendoza Mercier
Meunier Meyer Miller Miranda Mitchell Molina Monteiro Moore Morales Moreau Morel Moretti Moser Mukherjee Muller Mueller
Munoz Murphy Nagy Nakamura Navarro Neumann Nguyen Nielsen Nikolaidis Nilsson Nolan Novak Novotny Nowak Nunez Oliveira
Olsen Ortega Ortiz Ozturk Palmer Papadakis Parker Patel Pavlov Pedersen Pellegrini Perez Perrin Peters Petersen Petrov
Pfeiffer Picard Pinto Popescu Porter Prieto Quinn Ramirez Ramos Rao Rasmussen Reed Reinhardt Renard Reyes Ribeiro Ricci
Richter Riley Rinaldi Rios Rivera Robinson Rocha Rodriguez Rojas Romano Rossi Roth Rousseau Roux Ruiz Russo Saito Salazar
Salvatore Sanchez Sandberg Santos Sato Sauer Schmidt Schneider Scholz Schreiber Schubert Schulz Schuster Schwarz Seidel
Serrano Shaw Silva Simonsen Singh Soares Sokolov Solberg Soto Stein Stewart Suarez Sullivan Suzuki Svensson Szabo Takahashi
Tanaka Tavares Thompson Torres Turner Ulrichsen Unger Vargas Vasquez Vogel Vogt Wagner Walker Walsh Watanabe Weber Weiss
Werner Wilkins Winter Wolff Wong Yamada Yilmaz Young Zhang Ziegler Zimmermann
`);
